// @vitest-environment node
import { afterEach, beforeAll, expect, test, vi } from 'vitest';
import type { Workspace } from '../api/types';

beforeAll(() => {
  Object.assign(globalThis, {
    localStorage: { getItem: () => null, setItem: () => undefined },
    document: { documentElement: {} },
  });
});
afterEach(() => void vi.unstubAllGlobals());

const workspace = (root: string, src = '') => ({ root, steps: [{ step: 'frames', sides: { src: { video: src }, dst: {} } }] }) as unknown as Workspace;
const clip = (path: string, size = 2_500_000) => ({ path, file: new File([new Uint8Array(size)], path) });

/** A server that takes everything; `seen` is called with each piece. */
function server(seen: () => void = () => undefined) {
  const taken: object[] = [];
  vi.stubGlobal('fetch', (url: string, request: { body: Blob | string }) => {
    let answer: object = workspace('/a');
    if (url.endsWith('/take')) {
      taken.push(JSON.parse(request.body as string) as object);
      answer = { moved: 1 };
    } else if (url.includes('/api/uploads/')) {
      const query = new URL(url, 'http://x').searchParams;
      const have = Number(query.get('offset')) + (request.body as Blob).size;
      answer = { have, whole: have === Number(query.get('size')) };
      seen();
    }
    return Promise.resolve(new Response(JSON.stringify(answer)));
  });
  return taken;
}

test('two clips are brought in, each for its side, and it is told how far it is', async () => {
  const { bring } = await import('./bring.svelte');
  const { studio } = await import('./studio.svelte');
  studio.workspace = workspace('/a');
  const told: number[] = [];
  const taken = server(() => told.push(bring.sent));
  bring.look([clip('a.mp4'), clip('b.mp4')]);
  bring.swap();
  const done = bring.take();
  void bring.take(); // a second click
  bring.look([clip('c.mp4')]);
  await done;
  expect(taken).toEqual([{ as: 'video', side: 'dst', name: '' }, { as: 'video', side: 'src', name: '' }]);
  expect(told).toEqual([0, 1_000_000, 2_000_000, 2_500_000, 3_500_000, 4_500_000]);
  expect([bring.items.length, bring.sent, bring.told]).toEqual([0, -1, 'In their place: 2']);
});

test('what is sent to one workspace is not taken into another', async () => {
  const { bring } = await import('./bring.svelte');
  const { studio } = await import('./studio.svelte');
  studio.workspace = workspace('/a');
  const taken = server(() => (studio.workspace = workspace('/b')));
  bring.look([clip('a.mp4')]);
  await bring.take();
  expect(taken).toEqual([]);
  expect(studio.error).toContain('Another workspace');
  expect([bring.items.length, bring.sent]).toEqual([1, -1]);
});

test('it is stopped behind the piece that is under way, and what came is let go', async () => {
  const { bring } = await import('./bring.svelte');
  const { studio } = await import('./studio.svelte');
  studio.workspace = workspace('/a', 'data_src.mp4');
  let pieces = 0;
  const taken = server(() => void (++pieces === 1 && void bring.stop()));
  bring.look([clip('a.mp4')]);
  expect(bring.items[0]?.side, 'the side that has no video yet').toBe('dst');
  const done = bring.take();
  await bring.stop();
  await done;
  expect(pieces).toBeLessThan(3);
  expect(taken).toEqual([{ as: '', side: '', name: '' }]);
  expect([bring.items.length, bring.sent]).toEqual([1, -1]);
});
