// The player of the screen that is open: which frame is shown, and what steps through it. The sound and the clock are a
// video's where one plays, else the page's own.
import { frameAt, inside, markFrom, timeOf, type Clock } from './time';

export const zooms = ['fit', 1, 2, 4] as const;
export type Zoom = (typeof zooms)[number];

export const player = $state({
  at: 0,
  count: 0,
  fps: 25,
  playing: false,
  zoom: 'fit' as Zoom,
  /** Where shots begin. */
  marks: [] as number[],
});

let clock: Clock = { count: 0, fps: 25, times: [] };
let video: HTMLVideoElement | null = null;
let begun = { at: 0, time: 0 };
let asked = 0;

/** Takes a clip; the frame stays where it was when the clip has it. */
export function load(of: Clock | null, marks: number[] = []) {
  clock = of ?? { count: 0, fps: 25, times: [] };
  player.count = clock.count;
  player.fps = clock.fps;
  player.marks = marks;
  if (player.at >= clock.count) player.at = Math.max(0, clock.count - 1);
  if (clock.count === 0) stop();
}

/** The screen is left: nothing plays on where nobody sees it. */
export function leave() {
  stop();
  playBy(null);
}

/** The video that plays the clip frame by frame, if there is one. */
export function playBy(element: HTMLVideoElement | null) {
  if (video !== element) stop();
  video = element;
}

export const secondsAt = (frame: number): number => timeOf(clock, frame);

export function stop() {
  if (!player.playing) return;
  player.playing = false;
  cancelAnimationFrame(asked);
  video?.pause();
}

export function go(frame: number) {
  if (clock.count === 0) return;
  stop();
  player.at = Math.max(0, Math.min(clock.count - 1, Math.round(frame)));
}

export const step = (frames: number) => go(player.at + frames);
export const stepSeconds = (seconds: number) => go(player.at + Math.max(1, Math.round(Math.abs(seconds) * clock.fps)) * Math.sign(seconds));
export const jump = (way: 1 | -1) => go(markFrom(player.marks, player.at, way, clock.count));

function tick() {
  if (!player.playing) return;
  const now = video ? video.currentTime : begun.at + (performance.now() - begun.time) / 1000;
  player.at = frameAt(clock, now);
  if (video ? video.ended : player.at >= clock.count - 1) return stop();
  asked = requestAnimationFrame(tick);
}

export async function toggle() {
  if (player.playing) return stop();
  if (clock.count === 0) return;
  if (player.at >= clock.count - 1) player.at = 0;
  player.playing = true;
  begun = { at: timeOf(clock, player.at), time: performance.now() };
  if (video) {
    video.currentTime = inside(clock, player.at);
    try {
      await video.play();
    } catch {
      return stop();
    }
  }
  asked = requestAnimationFrame(tick);
}

export function nextZoom() {
  player.zoom = zooms[(zooms.indexOf(player.zoom) + 1) % zooms.length] ?? 'fit';
}
