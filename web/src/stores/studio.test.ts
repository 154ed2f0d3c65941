// @vitest-environment node
import { beforeAll, expect, test, vi } from 'vitest';

beforeAll(() => {
  Object.assign(globalThis, {
    EventSource: class {
      addEventListener() {}
      close() {}
    },
  });
});

test('a workspace that was asked for before another was opened is not shown in its place', async () => {
  const { connect, refresh, studio } = await import('./studio.svelte');
  let root = '/a';
  const waiting: (() => void)[] = [];
  let slow = false;
  vi.stubGlobal('fetch', (url: string) => {
    const body = url === '/api/workspace' ? { root } : url === '/api/studio' ? { workspace: root, recent: [] } : { verbs: [] };
    const reply = new Response(JSON.stringify(body));
    if (!slow) return Promise.resolve(reply);
    return new Promise((go) => waiting.push(() => go(reply)));
  });
  await connect();
  expect(studio.workspace?.root).toBe('/a');
  slow = true;
  const old = refresh(); // its first count of many pictures takes long
  [root, slow] = ['/b', false];
  await connect();
  expect(studio.workspace?.root).toBe('/b');
  for (const go of waiting) go();
  await old;
  expect(studio.workspace?.root).toBe('/b');
  vi.unstubAllGlobals();
});
