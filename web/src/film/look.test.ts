// @vitest-environment node
import { beforeAll, expect, test, vi } from 'vitest';
import type { Workspace } from '../api/types';

beforeAll(() => {
  Object.assign(globalThis, {
    localStorage: { getItem: () => null, setItem: () => undefined },
    location: { pathname: '/' },
    addEventListener: () => undefined,
  });
});
const workspace = (root: string) => ({ root }) as Workspace;

test('the part that is marked is of one clip alone', async () => {
  const { mark, marked } = await import('./look.svelte');
  const { place } = await import('../stores/place.svelte');
  const { studio } = await import('../stores/studio.svelte');
  studio.workspace = workspace('/a');
  place.side = 'src';
  mark('from', 3);
  mark('to', 9);
  expect(marked()).toEqual({ from: 3, to: 9 });
  place.side = 'dst';
  expect(marked()).toEqual({ from: null, to: null });
  mark('to', 5);
  expect(marked()).toEqual({ from: null, to: 5 });
  studio.workspace = workspace('/b');
  expect(marked()).toEqual({ from: null, to: null });
});

test('what was found in one workspace is not shown in another that is being read', async () => {
  const { facesAt, found, loadFound } = await import('./film.svelte');
  const { studio } = await import('../stores/studio.svelte');
  const frames = [{ frame: 0, name: '1', faces: [] }];
  let answer: object = { ready: true, frames: '1', faces: 1 };
  vi.stubGlobal('fetch', (url: string) =>
    Promise.resolve(new Response(JSON.stringify(url.includes('count=') ? { ready: true, frames } : answer))));
  studio.workspace = workspace('/a');
  await loadFound('src');
  expect(found.src?.ready).toBe(true);
  expect(await facesAt('src', 0)).toEqual(frames[0]);
  answer = { ready: false, done: 0, total: 9 };
  await loadFound('src');
  expect(found.src?.ready, 'read again, the old ones stay as long').toBe(true);
  studio.workspace = workspace('/b');
  frames.length = 0;
  await loadFound('src');
  expect(found.src?.ready).toBe(false);
  expect(await facesAt('src', 0)).toBeNull();
  vi.unstubAllGlobals();
});
