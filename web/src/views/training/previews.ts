// Previews as they are and as they were, in one row that a slider goes through.
import type { Picture, PreviewShown } from '../../api/types';

export interface Moment extends Picture {
  iteration: number | null; // null: as it is now
  time: number;
}

/** The oldest first, the present one last. */
export function moments(preview: PreviewShown | undefined): Moment[] {
  if (!preview) return [];
  const kept: Moment[] = preview.kept.map((one) => ({ path: one.path, v: one.v, iteration: one.iteration, time: one.time }));
  return preview.now ? [...kept, { ...preview.now, iteration: null, time: Infinity }] : kept;
}

/** Where the slider stands when the row has grown: at the end when it stood there, else at the same picture. */
export function followed(before: Moment[], at: number, after: Moment[]): number {
  const shown = before[at];
  if (!shown || at >= before.length - 1) return after.length - 1;
  const same = after.findIndex((one) => one.path === shown.path);
  return same >= 0 ? same : Math.min(at, after.length - 1);
}
