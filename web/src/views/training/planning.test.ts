// @vitest-environment node
import { beforeAll, expect, test, vi } from 'vitest';
import type { Job, ModelCard } from '../../api/types';

beforeAll(() => {
  Object.assign(globalThis, {
    localStorage: { getItem: () => null, setItem: () => undefined },
    location: { pathname: '/' },
    addEventListener: () => undefined,
  });
});

test('a forecast is that of the job that was begun for it, however late the one before is read', async () => {
  const { planning } = await import('./planning.svelte');
  const card = { card: 'look', verb: 'train saehd', options: {}, fields: [], plan: { 'plan-only': true } } as unknown as ModelCard;
  const done = (job: string) => ({ job, state: 'done' }) as Job;
  let begun = 0;
  vi.stubGlobal('fetch', (url: string, request: { method: string }) =>
    Promise.resolve(new Response(JSON.stringify(
      request.method === 'POST' ? { job: `J${++begun}` } : { report: { resolution: url.endsWith('J1') ? 96 : 128 } }))));

  await planning.begin('K1', card, { time: '90s' });
  await planning.take(done('J1'));
  expect(planning.of('K1')?.resolution).toBe(96);
  expect(planning.of('K2')).toBeNull();

  const second = planning.begin('K2', card, { time: '2h' });
  await planning.take(done('J1')); // the page still knows the first as done
  expect(planning.of('K2')).toBeNull();
  await second;
  await planning.take(done('J1'));
  expect(planning.of('K2')).toBeNull();
  await planning.take(done('J2'));
  expect(planning.of('K2')?.resolution).toBe(128);
  planning.forget();
  expect(planning.of('K2')).toBeNull();
  vi.unstubAllGlobals();
});
