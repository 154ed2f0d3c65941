import { expect, test } from 'vitest';
import { add, noLosses, smoothed } from './losses';

test('numbers are added in order, and names that come later are unknown before', () => {
  const losses = noLosses();
  expect(add(losses, { at: 1, values: { src_loss: 3 } })).toBe(true);
  expect(add(losses, { at: 5, values: { src_loss: 2, dst_loss: 1 } })).toBe(true);
  expect(add(losses, { at: 5, values: { src_loss: 9 } })).toBe(false);
  expect(add(losses, { at: 6, values: { psnr: 9 } })).toBe(false);
  expect(losses).toEqual({ at: [1, 5], names: ['src_loss', 'dst_loss'], values: [[3, 2], [null, 1]] });
});

test('smoothing keeps a constant and begins without a bow towards zero', () => {
  expect(smoothed([2, 2, null, 2], 0.9).map((value) => value?.toFixed(6))).toEqual(['2.000000', '2.000000', '2.000000', '2.000000']);
  expect(smoothed([null, 4], 0.5)).toEqual([null, 4]);
  expect(smoothed([1, 3], 0)).toEqual([1, 3]);
});

test('a week of numbers is taken in well under a second', () => {
  const losses = noLosses();
  for (let at = 1; at <= 200_000; ++at) add(losses, { at, values: { src_loss: 1 / at, dst_loss: 2 / at } });
  expect(losses.at.length).toBe(200_000);
});
