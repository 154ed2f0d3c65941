import { expect, test } from 'vitest';
import type { LossPage } from '../api/types';
import { aligned, curvesOf, firstOf } from './curves';

const empty = { names: [], at: [], mean: [], low: [], high: [], total: 0, first: 0, last: 0 };
const page = (at: number[], total = at.length): LossPage => ({
  names: ['src_loss'], at, mean: [at.map((x) => x)], low: [at.map((x) => x - 1)], high: [at.map((x) => x + 1)],
  total, first: at[0] ?? 0, last: at.at(-1) ?? 0,
  validation: { ...empty, names: ['src_ssim'], at: [2], mean: [[0.5]] }, marks: [],
});

test('a band is drawn where places stand for several iterations, and only of the first', () => {
  const kinds = (shown: LossPage[], band = true) =>
    curvesOf(shown.map((one, i) => ({ label: `m${i}`, page: one })), 0, '', band).map((one) => `${one.label} ${one.kind}`);
  expect(kinds([page([1, 2])])).toEqual(['src_loss mean']);
  expect(kinds([page([1, 2], 50)])).toEqual(['src_loss mean', 'src_loss ↑ high', 'src_loss ↓ low']);
  expect(kinds([page([1, 2], 50)], false)).toEqual(['src_loss mean']);
  expect(kinds([page([1, 2]), page([3], 9)])).toEqual(['src_loss mean', 'm1: src_loss mean']);
});

test('validation is a curve of its own, and all share one axis', () => {
  const curves = curvesOf([{ label: 'a', page: page([1, 3]) }, { label: 'b', page: page([2]) }], 0, 'src_ssim', true);
  expect(curves.map((one) => one.label)).toEqual(['src_loss', 'src_ssim', 'b: src_loss', 'b: src_ssim']);
  expect(aligned(curves)).toEqual([[1, 2, 3], [1, undefined, 3], [undefined, 0.5, undefined], [undefined, 2, undefined], [undefined, 0.5, undefined]]);
  expect(aligned([])).toEqual([[]]);
});

test('the last so many are counted from the newest loss, not from the state that was saved last', () => {
  expect(firstOf(500, 3000, { last: 9000 })).toBe(8500);
  expect(firstOf(500, 3000, null)).toBe(2500);
  expect(firstOf(500, 1, { last: 200 })).toBe(0);
  expect(firstOf(0, 3000, { last: 9000 })).toBe(0);
});
