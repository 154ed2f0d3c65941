import { expect, test } from 'vitest';
import { flat } from './plateau';

const at = Array.from({ length: 200 }, (_, i) => (i + 1) * 100);

test('a loss that falls is none, one that stays is a plateau', () => {
  expect(flat(at, at.map((x) => 1 / x))).toBe(false);
  expect(flat(at, at.map((x) => 0.5 + 1e-9 / x))).toBe(true);
  expect(flat(at, at.map((x) => 0.5 + 0.1 * Math.sin(x)))).toBe(true);
});

test('nothing is said of a training that has just begun, or of too few numbers', () => {
  expect(flat(at.slice(0, 20), at.slice(0, 20).map(() => 1))).toBe(false);
  expect(flat([1, 100000], [1, 1])).toBe(false);
  expect(flat([], [])).toBe(false);
  expect(flat(at, at.map(() => null))).toBe(false);
});
