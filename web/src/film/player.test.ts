import { afterEach, expect, test, vi } from 'vitest';
import { leave, load, player, toggle } from './player.svelte';

afterEach(() => void vi.unstubAllGlobals());

test('pictures that play stop when their screen is left', async () => {
  const frames: (() => void)[] = [];
  vi.stubGlobal('requestAnimationFrame', (draw: () => void) => frames.push(draw));
  vi.stubGlobal('cancelAnimationFrame', () => undefined);
  load({ count: 100, fps: 25, times: [] });
  await toggle();
  expect(player.playing).toBe(true);
  leave();
  const { at } = player;
  for (const draw of frames.splice(0)) draw();
  expect([player.playing, player.at, frames.length]).toEqual([false, at, 0]);
});
