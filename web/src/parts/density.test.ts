// @vitest-environment node
import { expect, test } from 'vitest';
import { copyFor, fitted, unit } from './density';

test('a small copy has as many pixels as the screen shows', () => {
  expect([copyFor(128, 1), copyFor(128, 2), copyFor(64, 1.5), copyFor(384, 2)]).toEqual([128, 256, 128, 512]);
});

test('a pixel stays a pixel', () => {
  expect([unit(1), unit(2), unit(1.5)]).toEqual([1, 1, 1 / 1.5]);
  expect(fitted(256, 400, 1)).toBe(256);
  expect(fitted(128, 400, 1)).toBe(384);
  expect(fitted(256, 400, 2)).toBe(384);
  expect(fitted(1920, 400, 1)).toBe(400);
  for (const dense of [1, 1.25, 1.5, 2, 3]) expect(((fitted(100, 777, dense) * dense) / 100) % 1).toBeCloseTo(0);
});
