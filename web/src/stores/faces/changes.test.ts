// @vitest-environment node
// A list that is asked for again while a change is under way.
import { afterEach, beforeAll, expect, test, vi } from 'vitest';

beforeAll(() => {
  Object.assign(globalThis, {
    localStorage: { getItem: () => null, setItem: () => undefined },
    document: { documentElement: {} },
    location: { pathname: '/faces' },
    addEventListener: () => undefined,
  });
});
afterEach(() => vi.unstubAllGlobals());

/** A studio whose answers are given by hand: each of the asked waits until it is let go. */
function served() {
  const at = { version: 1, ids: [1, 2, 3, 4] };
  const waiting: { url: string; give: () => void }[] = [];
  const reply = (url: string) => {
    if (url.includes('/numbers')) return new Response(new Uint32Array([at.ids.length, at.version, ...at.ids]).buffer);
    if (url.includes('/change')) return new Response(JSON.stringify({ what: 'throw out', faces: 1, missing: 0 }));
    const faces = at.ids.map((id) => ({ id }));
    return new Response(JSON.stringify({ ...at, epoch: 'e', total: at.ids.length, all: at.ids.length, from: 0, faces, persons: [], columns: [], reasons: [] }));
  };
  vi.stubGlobal('fetch', (url: string) => new Promise((go) => waiting.push({ url, give: () => go(reply(url)) })));
  const letGo = async (part: string) => {
    for (let round = 0; round < 5; ++round) {
      for (const one of waiting.filter(({ url }) => url.includes(part))) waiting.splice(waiting.indexOf(one), 1)[0]?.give();
      await new Promise((go) => setTimeout(go));
    }
  };
  return { at, letGo };
}

test('no face stands under the keys that was just thrown out, whoever asks for the list meanwhile', async () => {
  const { at, letGo } = served();
  const { faces } = await import('./faces.svelte');
  faces.reset();
  void faces.load();
  await letGo('');
  faces.click(3, { ctrl: false, shift: false });
  const change = faces.throwOut();
  await letGo('/change');
  at.version = 2;
  at.ids = [1, 2, 3];
  void faces.load(); // as where a job has ended; the list that the change asked for is not taken any more
  await letGo('/list');
  expect(faces.ids[faces.cursor], 'while the new list is on its way').toBeUndefined();
  await letGo('');
  await change;
  expect([...Array.from(faces.ids), faces.cursor]).toEqual([1, 2, 3, 2]);
  expect(faces.leaving.size).toBe(0);
});

test('of two changes in a row the first does not put back what the second takes', async () => {
  const { at, letGo } = served();
  const { faces } = await import('./faces.svelte');
  faces.reset();
  void faces.load();
  await letGo('');
  faces.click(0, { ctrl: false, shift: false });
  const first = faces.change({ do: 'undo' });
  await letGo('/change');
  const second = faces.change({ do: 'redo' });
  await letGo('/list');
  await letGo('/numbers');
  expect(faces.cursor, 'the second is still under way').toBe(-1);
  at.version = 2;
  at.ids = [2, 3, 4];
  await letGo('');
  await Promise.all([first, second]);
  expect([...Array.from(faces.ids), faces.cursor], 'the keys stay where they were').toEqual([2, 3, 4, 0]);
});

test('a list that changed between its two answers is asked for again', async () => {
  const { at, letGo } = served();
  const { faces } = await import('./faces.svelte');
  faces.reset();
  void faces.load();
  await letGo('/list');
  at.version = 2;
  at.ids = [2, 3, 4];
  await letGo('/numbers');
  await letGo('');
  expect([faces.version, ...Array.from(faces.ids)]).toEqual([2, 2, 3, 4]);
});
