// Choosing many of a long list by mouse and keys, as file managers do.
export interface Held { ctrl: boolean; shift: boolean }

export function range(ids: ArrayLike<number>, from: number, to: number): number[] {
  const [first, last] = from < to ? [from, to] : [to, from];
  const found: number[] = [];
  for (let i = Math.max(0, first); i <= Math.min(ids.length - 1, last); ++i) found.push(ids[i] as number);
  return found;
}

export interface Chosen { ids: Set<number>; anchor: number }

/** After a click on the one at `at`. */
export function clicked(chosen: Chosen, ids: ArrayLike<number>, at: number, held: Held): Chosen {
  const id = ids[at];
  if (id === undefined) return chosen;
  if (held.shift && chosen.anchor >= 0) {
    const added = range(ids, chosen.anchor, at);
    return { ids: new Set(held.ctrl ? [...chosen.ids, ...added] : added), anchor: chosen.anchor };
  }
  if (!held.ctrl) return { ids: new Set([id]), anchor: at };
  const all = new Set(chosen.ids);
  if (!all.delete(id)) all.add(id);
  return { ids: all, anchor: at };
}

/** Where a key leads to, or null for one that does not move. */
export function moved(key: string, at: number, columns: number, rows: number, total: number): number | null {
  const to: Record<string, number> = {
    ArrowLeft: at - 1, ArrowRight: at + 1, ArrowUp: at - columns, ArrowDown: at + columns,
    PageUp: at - columns * rows, PageDown: at + columns * rows, Home: 0, End: total - 1,
  };
  const target = to[key];
  if (target === undefined || total === 0) return null;
  const kept = key === 'ArrowUp' || key === 'ArrowDown' ? (target < 0 || target >= total ? at : target) : target;
  return Math.max(0, Math.min(total - 1, kept));
}

/** Whether a point lies within a drawn line that closes itself. */
export function within(line: readonly (readonly [number, number])[], x: number, y: number): boolean {
  let inside = false;
  for (let i = 0, j = line.length - 1; i < line.length; j = i++) {
    const [ax, ay] = line[i] as readonly [number, number];
    const [bx, by] = line[j] as readonly [number, number];
    if (ay > y !== by > y && x < ((bx - ax) * (y - ay)) / (by - ay) + ax) inside = !inside;
  }
  return inside;
}
