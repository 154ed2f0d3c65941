import { expect, test } from 'vitest';
import { checkReport, scoreOf, scoreSeries, worstOf } from './report';

const bad = (frame: number, severity: number) => ({
  frame, severity, fallback: false, reasons: [{ reason: 'edge', value: 3, limit: 1.5, severity }],
});
const file = {
  frames: 4, with_reasons: 2,
  limits: { edge: { limit: 1.5, worst: 4, says: 'the edge' }, turn: { limit: 8, worst: 30, says: 'the turn' } },
  shots: [{ shot: 1, name: 'a', first: 1, last: 2, worst: [bad(2, 0.4)] }, { shot: 2, name: '', first: 3, last: 4, worst: [bad(4, 0.9)] }],
  values: [{ edge: 1, turn: null }, { edge: 3, turn: null }, { edge: null, turn: null }, { edge: 4, turn: null }],
};

test('frames are counted from 0, and what was measured nowhere is no series', () => {
  const report = checkReport(file);
  expect(report.severity).toEqual([0, 0.4, 0, 0.9]);
  expect(worstOf(report).map((one) => one.frame)).toEqual([3, 1]);
  expect([...report.series.keys()]).toEqual(['edge']);
  expect(report.series.get('edge')).toEqual({ values: [1, 3, null, 4], limit: 1.5, says: 'the edge' });
  expect([report.shots[1]?.first, report.shots[1]?.last]).toEqual([2, 3]);
});

test('the score has a row a scored frame, whatever its name holds', () => {
  const series = scoreSeries('frame,name,seam,skin\n0,a.png,1.5,\n2,"b,c.png",0.5,\n9,far.png,1,\n', 4);
  expect([...series.keys()]).toEqual(['score/seam']);
  expect(series.get('score/seam')?.values).toEqual([1.5, null, 0.5, null]);
});

test('what cannot be told of a score is left out', () => {
  const parts = [{ name: 'seam', says: '1.2 x plate', value: 0.9, weight: 0.1 }, { name: 'gaze', value: null }, {}];
  expect(scoreOf({ total: 61.2, parts })).toEqual({ total: 61.2, parts: [{ name: 'seam', says: '1.2 x plate', value: 0.9 }] });
  expect(scoreOf({})).toEqual({ total: null, parts: [] });
});
