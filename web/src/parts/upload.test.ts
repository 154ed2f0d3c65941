import { expect, test, vi } from 'vitest';
import { Elsewhere, itemsOf, kindOf, kindOfPlace, refusalOf, send, sideOf, type Dropped } from './upload';

test('names tell what was dropped', () => {
  expect(kindOf(['clip.MP4'])).toBe('video');
  expect(kindOf(['a/00001.png', 'a/00002.png'])).toBe('frames');
  expect(kindOf(['aligned/00001_0.jpg', 'aligned/00002_0.jpg', 'aligned/readme.txt'])).toBe('faces');
  expect(kindOf(['x/faceset.pak'])).toBe('faces');
  expect(kindOf(['model/new_SAEHD_data.dat'])).toBe('workspace');
  expect(kindOf(['new_SAEHD_data.dat', 'new_SAEHD_encoder.npy'])).toBe('model');
  expect(kindOf(['film/data_src/00001.png', 'film/data_dst.mp4'])).toBe('workspace');
  expect(kindOf(['a.txt'])).toBeUndefined();
  expect(kindOf(['a.mp4', 'b.mp4'])).toBeUndefined();
  expect(sideOf(['data_dst.mp4'])).toBe('dst');
  expect(sideOf(['clip.mp4'])).toBeUndefined();
});

test('a file goes on where the server says that it stands', async () => {
  const asked: [string, number][] = [];
  let have = 0;
  vi.stubGlobal('fetch', (url: string, request: { body: Blob }) => {
    const query = new URL(url, 'http://x').searchParams;
    const offset = Number(query.get('offset'));
    asked.push([query.get('name') ?? '', offset]);
    if (have === 0) have = 1_500_000; // it was begun before
    else have = offset + request.body.size;
    return Promise.resolve(new Response(JSON.stringify({ have, whole: have === 2_500_000 })));
  });
  const file = new File([new Uint8Array(2_500_000)], 'a.mp4');
  const told: number[] = [];
  expect(await send('batch', [{ path: 'a.mp4', file }], (bytes) => told.push(bytes), () => false)).toBe(true);
  expect(asked).toEqual([['a.mp4', 0], ['a.mp4', 1_500_000]]);
  expect(told.at(-1)).toBe(2_500_000);
  expect(await send('batch', [{ path: 'a.mp4', file }], () => undefined, () => true)).toBe(false);
  vi.unstubAllGlobals();
});

const named = (...paths: string[]): Dropped[] => paths.map((path) => ({ path, file: new File([], path) }));

test('two clips are one for each side, and what would be refused is known before it is sent', () => {
  const sides = (...paths: string[]) => itemsOf(named(...paths), 'dst').map((one) => `${one.kind} ${one.side} ${one.files.length}`);
  expect(sides('a.mp4', 'b.mov')).toEqual(['video src 1', 'video dst 1']);
  expect(sides('data_dst.mp4', 'b.mov')).toEqual(['video dst 1', 'video src 1']);
  expect(sides('b.mov', 'my_src.mp4')).toEqual(['video dst 1', 'video src 1']);
  expect(sides('clip.mp4')).toEqual(['video dst 1']);
  expect(sides('a.mp4', 'b.mp4', 'c.mp4')).toEqual(['video dst 3']);
  expect(sides('a.mp4', 'b.png')).toEqual(['frames dst 2']);
  expect(itemsOf(named('x_SAEHD_data.dat', 'x_SAEHD_encoder.npy'), 'src')[0]).toMatchObject({ kind: 'model', name: 'x' });
  expect(itemsOf([], 'src')).toEqual([]);
  const why = (paths: string[], src = false, dst = false) => itemsOf(named(...paths), 'src').map((one) => refusalOf(one, { src, dst }));
  expect(why(['a.mp4', 'b.mp4'])).toEqual([undefined, undefined]);
  expect(why(['a.mp4', 'b.mp4'], false, true)).toEqual([undefined, 'bring.hasVideo']);
  expect(why(['a.mp4', 'b.mp4', 'c.mp4'])).toEqual(['bring.oneVideo']);
  expect(why(['a.png'], true, true)).toEqual([undefined]);
});

test('what is sent goes on when the server was started again, and not into another workspace', async () => {
  vi.useFakeTimers();
  const asked: number[] = [];
  let answer: (offset: number) => { have: number } | null = () => null;
  vi.stubGlobal('fetch', (url: string, request: { body: Blob }) => {
    const offset = Number(new URL(url, 'http://x').searchParams.get('offset'));
    asked.push(offset);
    if (asked.length > 50) throw new Error('asked for without an end');
    const told = answer(offset) ?? { have: offset + request.body.size };
    return told.have < 0 ? Promise.reject(new TypeError('Failed to fetch')) : Promise.resolve(new Response(JSON.stringify({ ...told, whole: told.have === 2_500_000 })));
  });
  const file = { path: 'a.mp4', file: new File([new Uint8Array(2_500_000)], 'a.mp4') };
  let failures = 2;
  answer = (offset) => (offset === 1_000_000 && failures-- > 0 ? { have: -1 } : null);
  const sent = send('batch', [file], () => undefined, () => false);
  await vi.advanceTimersByTimeAsync(5000);
  expect(await sent).toBe(true);
  expect(asked).toEqual([0, 1_000_000, 1_000_000, 1_000_000, 2_000_000]);
  answer = (offset) => (offset === 0 ? null : { have: 0 });
  await expect(send('batch', [file], () => undefined, () => false)).rejects.toThrow(Elsewhere);
  answer = () => ({ have: -1 });
  let stop = false;
  const stopped = send('batch', [file], () => undefined, () => stop);
  await vi.advanceTimersByTimeAsync(3500);
  stop = true;
  await vi.advanceTimersByTimeAsync(2000);
  expect(await stopped).toBe(false);
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

test('a place on the studio’s machine is what its name says', () => {
  expect(kindOfPlace('/data_src/old/clip.MOV')).toBe('video');
  expect(kindOfPlace('/films/a/data_src/aligned')).toBe('faces');
  expect(kindOfPlace('/films/a/faceset.pak')).toBe('faces');
  expect(kindOfPlace('/films/a/anna_faceset')).toBe('faces');
  expect(kindOfPlace('/films/a/model')).toBe('model');
  expect(kindOfPlace('/films/aligned/stills')).toBe('frames');
});
