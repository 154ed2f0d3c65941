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

test('every action has a text in both languages and, on every screen, keys of its own', async () => {
  const { actions, actionNames, isOn } = await import('./actions');
  const { screens } = await import('../stores/place.svelte');
  for (const name of actionNames) {
    expect(en[actions[name].text]).toBeTruthy();
    expect(zh[actions[name].text]).toBeTruthy();
    expect(zh[actions[name].text], name).not.toBe(en[actions[name].text]);
    expect(actions[name].keys, name).toMatch(/^(Ctrl\+)?(Alt\+)?(Shift\+)?[A-Z][A-Za-z0-9]+$/);
    expect(screens.some((screen) => isOn(name, screen)), name).toBe(true);
  }
  for (const screen of screens) {
    const keys = actionNames.filter((name) => isOn(name, screen)).map((name) => actions[name].keys as string);
    expect(keys.length).toBe(new Set(keys).size);
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
  expect(['Slash', 'Shift+Slash', 'Shift+Period', 'BracketLeft'].map(shown)).toEqual(['/', '?', 'Shift .', '[']);
});

test('keys that another action has on the same screen are known as taken', async () => {
  const { bindKeys, taken } = await import('./keys');
  expect(taken('home', 'Digit2')).toBe('frames');
  expect(taken('home', 'Digit1')).toBeUndefined();
  expect(taken('gapNext', 'KeyI'), 'of the same screen').toBe('markIn');
  expect(taken('gapNext', 'KeyS'), 'of another screen').toBeUndefined();
  expect(taken('home', 'KeyI'), 'one that is everywhere meets all').toBeTruthy();
  bindKeys('frames', 'Digit9');
  expect(taken('home', 'Digit2')).toBeUndefined();
  bindKeys('frames', null);
});

test('behind a dialog no key does anything but to close what it opened', async () => {
  const { onKey } = await import('./keys');
  const { place } = await import('../stores/place.svelte');
  const press = (code: string, ctrlKey = false) =>
    onKey({ code, ctrlKey, metaKey: false, shiftKey: false, altKey: false, target: null, preventDefault: () => undefined } as unknown as KeyboardEvent);
  let dialog: object | null = {};
  Object.assign(globalThis, { HTMLElement: class {}, document: { documentElement: {}, querySelector: () => dialog } });
  const before = [place.screen, place.side];
  for (const code of ['Digit4', 'KeyX', 'KeyJ']) press(code);
  press('KeyK', true);
  expect([place.screen, place.side, place.palette]).toEqual([...before, false]);
  place.palette = true;
  press('KeyK', true);
  expect(place.palette).toBe(false);
  dialog = null;
  press('Digit4');
  expect(place.screen).toBe('train');
});

test('the languages say the same values', () => {
  const named = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map((found) => found[1]).sort();
  expect(Object.keys(zh).sort()).toEqual(Object.keys(en).sort());
  for (const key of Object.keys(en) as (keyof typeof en)[]) {
    expect(named(zh[key]), key).toEqual(named(en[key]));
    expect(zh[key].trim(), key).not.toBe('');
  }
});
