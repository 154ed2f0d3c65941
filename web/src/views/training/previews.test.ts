import { expect, test } from 'vitest';
import { followed, moments } from './previews';

const kept = (iterations: number[]) => ({
  name: 'SAEHD', now: { path: 'now.png', v: '1' },
  kept: iterations.map((iteration) => ({ path: `${iteration}.jpg`, v: '1', iteration, time: iteration })),
});

test('the present one is the last of a row', () => {
  expect(moments(undefined)).toEqual([]);
  expect(moments(kept([1, 2])).map((one) => one.iteration)).toEqual([1, 2, null]);
  expect(moments({ ...kept([5]), now: null }).map((one) => one.iteration)).toEqual([5]);
});

test('a slider at the end follows what comes, another stays at its picture', () => {
  const before = moments(kept([1, 2, 3]));
  const after = moments(kept([1, 3, 4]));
  expect(followed(before, 3, after)).toBe(3);
  expect(followed(before, 2, after)).toBe(1);
  expect(followed(before, 1, after)).toBe(1);
  expect(followed([], 0, after)).toBe(3);
});
