// @vitest-environment node
import { beforeAll, expect, test, vi } from 'vitest';
import type { Job } from '../../api/types';

beforeAll(() => {
  Object.assign(globalThis, {
    localStorage: { getItem: () => null, setItem: () => undefined },
    location: { pathname: '/' },
    addEventListener: () => undefined,
  });
});
const job = (more: Partial<Job>): Job => ({ job: '', verb: 'merge', state: 'done', started: 1, newest: 2, asked: 0, options: {}, ...more }) as Job;

test('the last run of a step is none that was taken out of the queue', async () => {
  const { lastOf } = await import('./steps');
  const jobs = [job({ job: '3', state: 'cancelled', started: 0, newest: 0 }), job({ job: '2', state: 'failed' }), job({ job: '1' })];
  expect(lastOf(jobs, 'merge')?.job).toBe('2');
  expect(lastOf([job({ state: 'cancelled', job: '4' }), ...jobs], 'merge')?.job).toBe('4');
  expect(lastOf(jobs, 'faces')).toBeUndefined();
});

test('a forecast is no training', async () => {
  const { stepOf } = await import('./steps');
  const { modelCards } = await import('../../stores/models.svelte');
  vi.stubGlobal('fetch', () => Promise.resolve(new Response(JSON.stringify([{ card: 'look', plan: { 'plan-only': true } }]))));
  await modelCards();
  vi.unstubAllGlobals();
  expect(stepOf(job({ verb: 'train saehd' }))).toBe('train');
  expect(stepOf(job({ verb: 'train saehd', options: { 'plan-only': true } }))).toBeUndefined();
});

test('one that comes and goes between two looks changes which are over, though not how many', async () => {
  const { ended } = await import('./steps');
  const all = Array.from({ length: 200 }, (_, i) => job({ job: String(i) }));
  expect(ended([job({ job: 'new' }), ...all.slice(0, 199)])).not.toBe(ended(all));
  expect(ended([job({ job: 'new', state: 'running' }), ...all])).toBe(ended(all));
});
