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

/** A server that takes everything but as often as it is told to refuse; `seen` is called with each piece. */
function server(seen: () => void = () => undefined, refusals: { status: number; code: string }[] = []) {
  const taken: object[] = [];
  vi.stubGlobal('fetch', (url: string, request: { body: Blob | string }) => {
    let answer: object = workspace('/a');
    if (url.endsWith('/take')) {
      const asked = JSON.parse(request.body as string) as { as: string };
      taken.push(asked);
      answer = { moved: 1 };
      const refused = asked.as ? refusals.shift() : undefined;
      if (refused)
        return Promise.resolve(new Response(JSON.stringify({ error: { code: refused.code, message: 'no', hint: '' } }), { status: refused.status }));
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

test('what is refused lies ready and is taken again without being sent again', async () => {
  const { bring } = await import('./bring.svelte');
  const { studio } = await import('./studio.svelte');
  studio.workspace = workspace('/a');
  let pieces = 0;
  const taken = server(() => void pieces++, [{ status: 409, code: 'busy' }, { status: 400, code: 'bad_option' }]);
  bring.look([clip('a.mp4')]);
  await bring.take();
  expect(studio.error).toBe('no');
  expect([bring.items[0]?.kept?.whole, bring.sent, pieces]).toEqual([true, -1, 3]);
  bring.change(0, { side: 'dst' });
  await bring.take();
  expect(bring.items[0]?.kept?.whole).toBe(true);
  await bring.take();
  expect(taken.map((one) => (one as { side: string }).side)).toEqual(['src', 'dst', 'dst']);
  expect([bring.items.length, pieces, bring.told]).toEqual([0, 3, 'In their place: 1']);
});

test('what lies ready is let go when it is dropped, stopped, or replaced by something else', async () => {
  const { bring } = await import('./bring.svelte');
  const { studio } = await import('./studio.svelte');
  studio.workspace = workspace('/a');
  const busy = { status: 409, code: 'busy' };
  const taken = server(undefined, [busy, busy, { status: 404, code: 'not_found' }]);
  const dropped = () => taken.filter((one) => (one as { as: string }).as === '').length;
  bring.look([clip('a.mp4')]);
  await bring.take();
  expect(dropped()).toBe(0);
  await bring.drop();
  expect([bring.items.length, dropped()]).toEqual([0, 1]);
  bring.look([clip('a.mp4')]);
  await bring.take();
  bring.look([clip('b.mp4')]);
  await vi.waitFor(() => expect(dropped()).toBe(2));
  expect(bring.items[0]?.kept).toBeUndefined();
  await bring.take();
  expect(bring.items[0]?.kept, 'the server has it no more').toBeUndefined();
  await bring.drop();
});
