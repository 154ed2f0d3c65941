// @vitest-environment node
import { expect, test } from 'vitest';
import type { Measures } from '../../api/faces';
import { clicked, moved, range, within } from './choosing';
import { completed, holds, joined, place, suggestions, without, wordAt } from './words';

const measures: Measures = {
  columns: [
    { name: 'blur', help: 'sharpness', kind: 'number', known: 3, least: 0, most: 1 },
    { name: 'motion_blur', help: 'variance', kind: 'number', known: 3, least: 0, most: 900 },
    { name: 'name', help: 'file', kind: 'text', known: 3 },
  ],
  functions: [{ name: 'abs(x)', help: 'without sign' }],
  reasons: [],
};

test('names are completed where one is typed, and nowhere else', () => {
  const names = (text: string, caret = text.length) => suggestions(measures, wordAt(text, caret)).map((one) => one.name);
  expect(names('bl')).toEqual(['blur', 'motion_blur']);
  expect(names('yaw < 0 && a')).toEqual(['abs(x)', 'name']);
  expect(names("name ~ 'bl")).toEqual([]);
  expect(names('0.2bl')).toEqual([]);
  expect(names('')).toEqual([]);
  expect(names('motion_blur')).toEqual([]);
  const word = wordAt('mo > 1', 2);
  expect(word && completed('mo > 1', word, 'motion_blur')).toEqual({ text: 'motion_blur > 1', caret: 11 });
});

test('the place of an error counts letters, not bytes', () => {
  expect(place("name ~ 'é脸' && bad", 18, 3)).toEqual({ from: 15, to: 18 });
});

test('conditions are joined without changing what they mean', () => {
  expect(joined('', 'blur < 0.1')).toBe('blur < 0.1');
  expect(joined('a > 1 || b > 1', 'blur < 0.1')).toBe('(a > 1 || b > 1) && blur < 0.1');
});

test('a condition that was added is known, and taken away alone', () => {
  const turned = 'abs(turn) > 75';
  for (const typed of ['blur < 0.1', "name ~ 'a && b'", 'a > 1 || b > 1', '(a > 1 || b > 1) && c < 2', '!(a > 1 && b > 1)']) {
    const filter = joined(typed, turned);
    expect([holds(typed, turned), holds(filter, turned)], typed).toEqual([false, true]);
    expect([typed, `${typed.includes('||') ? typed : ''}`], typed).toContain(without(filter, turned));
  }
  expect(without(turned, turned)).toBe('');
  expect(without(joined(joined(turned, 'blur < 0.1'), 'a || b'), 'blur < 0.1')).toBe('abs(turn) > 75 && (a || b)');
  expect(holds('blur < 0.15', 'blur < 0.1'), 'another number').toBe(false);
  expect(holds('a > 1 || blur < 0.1 && b > 1', 'b > 1'), 'one of two ways').toBe(false);
  expect(holds('a > 1 && b > 1', 'b > 1 && a > 1')).toBe(true);
  expect(holds('', turned)).toBe(false);
});

test('clicks choose as in a file manager', () => {
  const ids = [10, 11, 12, 13, 14];
  let chosen = clicked({ ids: new Set(), anchor: -1 }, ids, 1, { ctrl: false, shift: false });
  chosen = clicked(chosen, ids, 3, { ctrl: false, shift: true });
  expect([...chosen.ids]).toEqual([11, 12, 13]);
  chosen = clicked(chosen, ids, 2, { ctrl: true, shift: false });
  expect([...chosen.ids]).toEqual([11, 13]);
  chosen = clicked(chosen, ids, 0, { ctrl: true, shift: true });
  expect([...chosen.ids].sort()).toEqual([10, 11, 12, 13]);
  chosen = clicked(chosen, ids, 4, { ctrl: false, shift: false });
  expect([...chosen.ids]).toEqual([14]);
  expect(clicked(chosen, ids, 9, { ctrl: false, shift: false })).toBe(chosen);
  expect(range(ids, 7, 3)).toEqual([13, 14]);
});

test('keys move within the list', () => {
  expect(moved('ArrowDown', 1, 3, 2, 5)).toBe(4);
  expect(moved('ArrowDown', 4, 3, 2, 5)).toBe(4);
  expect(moved('ArrowUp', 1, 3, 2, 5)).toBe(1);
  expect(moved('ArrowRight', 4, 3, 2, 5)).toBe(4);
  expect(moved('PageDown', 0, 3, 2, 50)).toBe(6);
  expect(moved('End', 0, 3, 2, 5)).toBe(4);
  expect(moved('KeyA', 0, 3, 2, 5)).toBeNull();
  expect(moved('End', -1, 3, 2, 0)).toBeNull();
});

test('a lasso holds what lies within it', () => {
  const line = [[0, 0], [4, 0], [4, 4], [2, 1], [0, 4]] as const;
  expect(within(line, 0.5, 2)).toBe(true);
  expect(within(line, 2, 3)).toBe(false);
  expect(within(line, 9, 9)).toBe(false);
});
