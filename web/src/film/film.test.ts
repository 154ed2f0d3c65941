import { expect, test } from 'vitest';
import { columns, extent, runsOf } from './lanes';
import { frameAt, inside, isThere, markFrom, nextWhere, timecode, timeOf } from './time';

const even = { count: 100, fps: 30000 / 1001, times: [] };
const odd = { count: 4, fps: 25, times: [0, 0.04, 0.2, 0.24] };

test('every frame is found again at its own time, at its middle and not before', () => {
  for (const clock of [even, odd])
    for (let frame = 0; frame < clock.count; ++frame) {
      expect(frameAt(clock, timeOf(clock, frame))).toBe(frame);
      expect(frameAt(clock, inside(clock, frame))).toBe(frame);
      if (frame > 0) expect(frameAt(clock, timeOf(clock, frame) - 0.005)).toBe(frame - 1);
    }
  expect(frameAt(even, 1e9)).toBe(99);
  expect(frameAt(even, -1)).toBe(0);
});

test('a time is written as an editor writes it', () => {
  expect(timecode(3723.5)).toBe('1:02:03.500');
  expect(timecode(0.9996)).toBe('0:00:01.000');
});

test('marks and gaps are found in both directions', () => {
  expect([markFrom([0, 10, 20], 10, 1, 30), markFrom([0, 10, 20], 10, -1, 30), markFrom([0, 10], 15, 1, 30), markFrom([], 3, -1, 30)]).toEqual([20, 0, 29, 0]);
  const bad = (frame: number) => frame === 3 || frame === 7;
  expect([nextWhere(9, 3, 1, bad), nextWhere(9, 3, -1, bad), nextWhere(9, 7, 1, bad), nextWhere(9, 7, -1, bad)]).toEqual([7, null, null, 3]);
  expect([isThere([[2, 4]], 1), isThere([[2, 4]], 4), isThere([], 0)]).toEqual([false, true, false]);
});

test('runs are whole, and letters without a colour are left out', () => {
  expect(runsOf('11--1.', { 1: 'g', '-': 'r' })).toEqual([
    { first: 0, last: 1, colour: 'g' }, { first: 2, last: 3, colour: 'r' }, { first: 4, last: 4, colour: 'g' }]);
});

test('no frame is lost where a line has fewer columns than frames, and none is torn where it has more', () => {
  const values: (number | null)[] = Array.from({ length: 10_000 }, () => 1);
  values[4321] = 9;
  expect(columns(values, 100)[43]).toEqual([1, 9]);
  expect(columns([1, null, 3], 6)).toEqual([[1, 1], [1, 1], null, null, [3, 3], [3, 3]]);
  expect(extent([null, 2, 4], 3)[0]).toBeLessThan(2);
  expect(extent([], undefined)).toEqual([0, 1]);
});
