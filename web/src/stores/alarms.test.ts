// @vitest-environment node
import { afterEach, beforeAll, expect, test, vi } from 'vitest';
import type { Workspace } from '../api/types';

beforeAll(() => {
  Object.assign(globalThis, {
    localStorage: { getItem: () => null, setItem: () => undefined },
    location: { pathname: '/' },
    addEventListener: () => undefined,
    document: { hidden: true, documentElement: {} },
  });
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

test('a disk that is full a second time is one alarm, and is looked at on any screen', async () => {
  const { alarms, watchDisk } = await import('./alarms.svelte');
  let free = 1e9;
  vi.stubGlobal('fetch', () => Promise.resolve(new Response(JSON.stringify({ disk: { free } }))));
  await watchDisk();
  expect(alarms.list.map((one) => one.id)).toEqual(['disk']);
  await watchDisk();
  free = 9e11;
  await watchDisk();
  free = 2e9;
  await watchDisk();
  expect(alarms.list.map((one) => one.id)).toEqual(['disk']);
  expect(alarms.list[0]?.text).toContain('2.0 GB');
  vi.stubGlobal('fetch', () => Promise.reject(new TypeError('nobody answers')));
  await expect(watchDisk()).resolves.toBeUndefined();
});

test('what may be told by the browser is done in a hidden page too, all else is not', async () => {
  vi.useFakeTimers();
  const { every } = await import('./models.svelte');
  let [seen, always] = [0, 0];
  const ends = [every(10, () => void ++seen), every(10, () => void ++always, true)];
  vi.advanceTimersByTime(35);
  expect([seen, always]).toEqual([1, 4]);
  for (const end of ends) end();
  vi.advanceTimersByTime(35);
  expect(always).toBe(4);
});

test("another workspace's models are not shown, however late they are told", async () => {
  const { models, refreshModels } = await import('./models.svelte');
  const { studio } = await import('./studio.svelte');
  const open = (root: string) => (studio.workspace = { root } as Workspace);
  const answers: ((names: string[]) => void)[] = [];
  vi.stubGlobal('fetch', (url: string) =>
    url === '/api/models'
      ? new Promise((go) => answers.push((names) => go(new Response(JSON.stringify(names.map((name) => ({ name, states: [] })))))))
      : Promise.resolve(new Response('[]')));
  const asked = async (count: number) => vi.waitFor(() => expect(answers.length).toBe(count));
  open('/a');
  const first = refreshModels();
  await asked(1);
  answers[0]?.(['a']);
  await first;
  expect(models.list.map((one) => one.name)).toEqual(['a']);
  const late = refreshModels();
  await asked(2);
  open('/b');
  const now = refreshModels();
  expect([models.list.length, models.loaded]).toEqual([0, false]);
  await asked(3);
  answers[2]?.(['b']);
  await now;
  answers[1]?.(['a', 'a2']);
  await late;
  expect(models.list.map((one) => one.name)).toEqual(['b']);
});
