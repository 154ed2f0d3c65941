// How the film is looked at: kept while one goes from screen to screen.
import { place } from '../stores/place.svelte';
import { studio } from '../stores/studio.svelte';

export const layers = ['plate', 'result', 'matte', 'wipe', 'difference'] as const;
export type Layer = (typeof layers)[number];

export const look = $state({
  layer: 'result' as Layer,
  sheet: false,
  wipe: 0.5,
  gain: 4,
  /** What is drawn over time under the result. */
  series: '',
  /** What the extraction found, over the source. */
  found: true,
  points: true,
  tab: 'report' as 'report' | 'file',
  /** The part of a clip that is to be kept, in frames; `of` is that clip. */
  of: '',
  from: null as number | null,
  to: null as number | null,
});

export function show(layer: Layer) {
  look.layer = layer;
  look.sheet = false;
}

const clip = () => `${studio.workspace?.root} ${place.side}`;

/** Begins or ends the part at that frame. What was marked in another clip is let go. */
export function mark(what: 'from' | 'to', frame: number) {
  if (look.of !== clip()) Object.assign(look, { of: clip(), from: null, to: null });
  look[what] = frame;
}

/** The part that is marked in the clip that is open. */
export const marked = () => (look.of === clip() ? { from: look.from, to: look.to } : { from: null, to: null });
