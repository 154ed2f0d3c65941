// The clips of the workspace, asked for again whenever the workspace has changed, and what the extraction found in them.
import { filmApi, type Film, type Found, type FoundFrame, type Side } from '../api/film';
import { latest } from '../parts/latest';
import { studio } from '../stores/studio.svelte';

// Large and replaced as a whole: not worth a proxy.
class FilmStore {
  now = $state.raw<Film | null>(null);
  asked = $state(false);
}
class FoundStore implements Record<Side, Found | null> {
  src = $state.raw<Found | null>(null);
  dst = $state.raw<Found | null>(null);
}
export const film = new FilmStore();
export const found = new FoundStore();

const newest = latest();
export async function loadFilm(): Promise<void> {
  await newest(filmApi.film(), (read) => (film.now = read)); // the stream tells when nobody answers any more
  film.asked = true;
}

const waiting: Record<Side, ReturnType<typeof setTimeout> | undefined> = { src: undefined, dst: undefined };

let of = '';

/** What was found in another workspace is not shown over the frames of this one. */
function begin() {
  const root = studio.workspace?.root ?? '';
  if (root === of) return;
  of = root;
  for (const side of ['src', 'dst'] as const) {
    clearTimeout(waiting[side]);
    found[side] = null;
    kept[side].clear();
  }
}

/** Asks again as long as the faces are being read. */
export async function loadFound(side: Side): Promise<void> {
  begin();
  clearTimeout(waiting[side]);
  const root = of;
  try {
    const told = await filmApi.found(side);
    if (root !== of) return;
    found[side] = told.ready || !found[side]?.ready ? told : found[side];
    if (!told.ready) waiting[side] = setTimeout(() => void loadFound(side), 700);
    else kept[side].clear();
  } catch {
    if (root === of) found[side] = null;
  }
}

// Faces of frames, a dozen at a time, so that stepping through them waits for nothing.
const kept: Record<Side, Map<number, FoundFrame>> = { src: new Map(), dst: new Map() };
const ahead = 16;

export async function facesAt(side: Side, frame: number): Promise<FoundFrame | null> {
  const known = kept[side].get(frame);
  if (known) return known;
  try {
    const told = await filmApi.foundAt(side, frame - (frame % ahead), ahead);
    if (!told.ready) return null;
    if (kept[side].size > 4000) kept[side].clear();
    for (const one of told.frames) kept[side].set(one.frame, one);
    return kept[side].get(frame) ?? null;
  } catch {
    return null;
  }
}
