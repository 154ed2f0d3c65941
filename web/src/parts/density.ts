// Pictures on screens of any density: a pixel of the picture on whole pixels of the screen.
import { devicePixelRatio } from 'svelte/reactivity/window';

/** Pixels of the screen to one of the page. */
export const density = (): number => devicePixelRatio.current ?? 1;

const copies = [64, 128, 256, 512];
/** Which of the small copies is shown at so many pixels of the page without being enlarged. */
export const copyFor = (size: number, dense: number): number => copies.find((one) => one >= size * dense) ?? 512;

/** 100 %: the fewest pixels of the page that are whole ones of the screen. */
export const unit = (dense: number): number => (Number.isInteger(dense) ? 1 : 1 / dense);

/** What fills the room: whole factors where it is enlarged. */
export function fitted(natural: number, room: number, dense: number): number {
  const times = Math.floor((room * dense) / Math.max(1, natural));
  return times >= 1 ? (times * natural) / dense : room;
}
