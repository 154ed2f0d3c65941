// Frames and the clock: which frame is shown when.
export interface Clock {
  count: number;
  fps: number;
  /** Seconds of each frame; none where they follow one another evenly. */
  times: number[];
}

/** The frame that is shown at that second. */
export function frameAt(clock: Clock, seconds: number): number {
  const last = Math.max(0, clock.count - 1);
  if (clock.times.length === 0) return Math.max(0, Math.min(last, Math.floor(seconds * clock.fps + 1e-3)));
  let low = 0;
  let high = clock.times.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((clock.times[middle] ?? 0) <= seconds + 1e-4) low = middle;
    else high = middle - 1;
  }
  return Math.min(last, low);
}

/** When a frame begins. */
export function timeOf(clock: Clock, frame: number): number {
  return clock.times.length > 0 ? (clock.times[Math.min(frame, clock.times.length - 1)] ?? 0) : frame / clock.fps;
}

/** A second well inside a frame, so that a video that is set there shows it and not the one before. */
export function inside(clock: Clock, frame: number): number {
  const begin = timeOf(clock, frame);
  const end = frame + 1 < clock.count ? timeOf(clock, frame + 1) : begin + 1 / clock.fps;
  return begin + (end - begin) / 2;
}

/** "0:01:02.500" */
export function timecode(seconds: number): string {
  const whole = Math.floor(Math.max(0, seconds) * 1000 + 0.5);
  const two = (n: number) => String(n).padStart(2, '0');
  return `${Math.floor(whole / 3600000)}:${two(Math.floor(whole / 60000) % 60)}:${two(Math.floor(whole / 1000) % 60)}.${String(whole % 1000).padStart(3, '0')}`;
}

/** The mark behind or before a frame; the clip's ends where there is none. */
export function markFrom(marks: number[], at: number, way: 1 | -1, count: number): number {
  if (way > 0) return marks.find((mark) => mark > at) ?? Math.max(0, count - 1);
  return marks.findLast((mark) => mark < at) ?? 0;
}

/** The next frame behind or before `at` for which that holds; null where there is none. */
export function nextWhere(count: number, at: number, way: 1 | -1, holds: (frame: number) => boolean): number | null {
  for (let frame = at + way; frame >= 0 && frame < count; frame += way) if (holds(frame)) return frame;
  return null;
}

export const isThere = (runs: [number, number][], frame: number): boolean =>
  runs.some(([first, last]) => frame >= first && frame <= last);
