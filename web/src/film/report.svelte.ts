// The reports of the workspace, read again when their files changed.
import { fileUrl } from '../api/client';
import { checkReport, scoreOf, scoreSeries, type Report, type Score } from './report';
import type { Film } from '../api/film';

// Large and never changed: not worth a proxy.
class Reports {
  check = $state.raw<Report | null>(null);
  score = $state.raw<Score | null>(null);
  series = $state.raw<Report['series']>(new Map());
  version = '';
}
export const reports = new Reports();

const text = async (path: string, v: string) => {
  const reply = await fetch(fileUrl(path, v));
  return reply.ok ? reply.text() : '';
};

export async function loadReports(film: Film): Promise<void> {
  const of = film.reports;
  const version = ['merge_check.json', 'score.json', 'score.csv'].map((name) => of[name] ?? '').join();
  if (version === reports.version) return;
  reports.version = version;
  try {
    const check = of['merge_check.json'] ? checkReport(JSON.parse(await text('merge_check.json', of['merge_check.json'])) as never) : null;
    const score = of['score.json'] ? scoreOf(JSON.parse(await text('score.json', of['score.json'])) as Record<string, unknown>) : null;
    const rows = of['score.csv'] && film.dst ? scoreSeries(await text('score.csv', of['score.csv']), film.dst.count) : new Map();
    if (reports.version !== version) return;
    reports.check = check;
    reports.score = score;
    reports.series = new Map([...(check?.series ?? []), ...rows]);
  } catch {
    reports.check = reports.score = null; // a report of another version, or half of one: it is made anew by its button
    reports.series = new Map();
  }
}
