// @vitest-environment node
import { afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import type { Job, Mark, OptionRow } from '../../api/types';

beforeAll(() => {
  Object.assign(globalThis, {
    localStorage: { getItem: () => null, setItem: () => undefined },
    location: { pathname: '/' },
    addEventListener: () => undefined,
  });
});
beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const row = (key: string, kind: OptionRow['kind'], value: OptionRow['default']): OptionRow => ({
  key, label: key, help: '', group: '', kind, default: value, when: 'live', advanced: false,
});
const minutes = row('minutes', 'number', 10);
const history = row('history', 'boolean', false);

test('two options that are set soon after one another are both sent, and one that is typed on is sent once', async () => {
  const live = await import('./live.svelte');
  const job = { job: '1', options: { minutes: 7 } } as unknown as Job;
  const sent: object[] = [];
  vi.stubGlobal('fetch', (_: string, request: { body: string }) => {
    sent.push(JSON.parse(request.body) as object);
    return Promise.resolve(new Response('{}'));
  });
  expect(live.valueOf(job, minutes)).toBe(7);
  live.set(job, 'minutes', 1);
  await vi.advanceTimersByTimeAsync(live.pause / 2);
  live.set(job, 'minutes', 15);
  live.set(job, 'history', true);
  await vi.advanceTimersByTimeAsync(live.pause * 2);
  expect(sent).toEqual([{ command: 'set', key: 'minutes', value: '15' }, { command: 'set', key: 'history', value: 'true' }]);
  expect([live.valueOf(job, minutes), live.valueOf(job, history)]).toEqual([15, true]);
});

test('what is refused is shown as it was', async () => {
  const live = await import('./live.svelte');
  const job = { job: '2', options: {} } as unknown as Job;
  vi.stubGlobal('fetch', () => Promise.resolve(new Response('{}', { status: 409 })));
  live.set(job, 'minutes', 3);
  expect(live.valueOf(job, minutes)).toBe(3);
  await vi.advanceTimersByTimeAsync(live.pause * 2);
  expect(live.valueOf(job, minutes)).toBe(10);
});

test('what was set before the page was opened is read from the marks', async () => {
  const live = await import('./live.svelte');
  const mark = (kind: Mark['kind'], text: string): Mark => ({ at: 1, kind, text, time: 0 });
  const marks = [mark('set', "'minutes' is 4"), mark('stage', "'minutes' is 9"), mark('set', "'minutes' is 5"), mark('set', "'history' is true")];
  expect(live.setsOf(marks)).toEqual({ minutes: '5', history: 'true' });
  const job = { job: '3', options: {} } as unknown as Job;
  vi.stubGlobal('fetch', () => Promise.resolve(new Response(JSON.stringify({ marks }))));
  await live.learnSets('3');
  expect([live.valueOf(job, minutes), live.valueOf(job, history)]).toEqual([5, true]);
});
