// @vitest-environment node
import { beforeAll, expect, test } from 'vitest';
import { en } from '../text/en';
import { zh } from '../text/zh';

const kept = new Map<string, string>();
beforeAll(() => {
  Object.assign(globalThis, {
    localStorage: { getItem: (key: string) => kept.get(key) ?? null, setItem: (key: string, value: string) => kept.set(key, value) },
    location: { pathname: '/' },
    history: { pushState: () => undefined },
    addEventListener: () => undefined,
    document: { documentElement: {} },
  });
});

test('every action has a text in both languages and keys of its own', async () => {
  const { actions, actionNames } = await import('./actions');
  const keys = new Set<string>();
  for (const name of actionNames) {
    const action = actions[name];
    expect(en[action.text]).toBeTruthy();
    expect(zh[action.text]).toBeTruthy();
    expect(keys.has(action.keys)).toBe(false);
    keys.add(action.keys);
  }
});

test('keys can be bound anew, and the default comes back', async () => {
  const { bindKeys, keysOf, pressed, shown } = await import('./keys');
  expect(keysOf('palette')).toBe('Ctrl+KeyK');
  bindKeys('palette', 'Ctrl+Shift+KeyP');
  expect(keysOf('palette')).toBe('Ctrl+Shift+KeyP');
  bindKeys('palette', null);
  expect(keysOf('palette')).toBe('Ctrl+KeyK');
  expect(pressed({ code: 'KeyK', ctrlKey: false, metaKey: true, shiftKey: true, altKey: false })).toBe('Ctrl+Shift+KeyK');
  expect(shown('Ctrl+KeyK')).toBe('Ctrl K');
});

test('the languages say the same values', () => {
  const named = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map((found) => found[1]).sort();
  expect(Object.keys(zh).sort()).toEqual(Object.keys(en).sort());
  for (const key of Object.keys(en) as (keyof typeof en)[]) {
    expect(named(zh[key]), key).toEqual(named(en[key]));
    expect(zh[key].trim(), key).not.toBe('');
  }
});
