// What is drawn over time under a player: runs of frames, or a value of each.
export interface Run {
  first: number;
  last: number;
  colour: string;
}

export type Lane =
  | { kind: 'runs'; name: string; height: number; runs: Run[] }
  | { kind: 'line'; name: string; height: number; values: (number | null)[]; limit?: number | undefined };

/** Runs of equal letters whose letter has a colour. */
export function runsOf(letters: string, colours: Record<string, string>): Run[] {
  const runs: Run[] = [];
  for (let at = 0; at < letters.length; ) {
    let end = at;
    while (end + 1 < letters.length && letters[end + 1] === letters[at]) ++end;
    const colour = colours[letters[at] as string];
    if (colour) runs.push({ first: at, last: end, colour });
    at = end + 1;
  }
  return runs;
}

/** The least and the largest value of each column of pixels, so that no single frame is lost; null where there is none. */
export function columns(values: (number | null)[], width: number): ([number, number] | null)[] {
  const result: ([number, number] | null)[] = new Array<[number, number] | null>(Math.max(0, width)).fill(null);
  values.forEach((value, i) => {
    if (value === null || !Number.isFinite(value)) return;
    const first = Math.floor((i * width) / values.length);
    const last = Math.max(first, Math.ceil(((i + 1) * width) / values.length) - 1);
    for (let x = first; x <= last && x < width; ++x) {
      const known = result[x];
      result[x] = known ? [Math.min(known[0], value), Math.max(known[1], value)] : [value, value];
    }
  });
  return result;
}

/** From where to where an axis goes so that all values and the limit are on it. */
export function extent(values: (number | null)[], limit?: number): [number, number] {
  let low = limit ?? Infinity;
  let high = limit ?? -Infinity;
  for (const value of values) {
    if (value === null || !Number.isFinite(value)) continue;
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  if (low > high) return [0, 1];
  if (low === high) return [low - 0.5, high + 0.5];
  const room = (high - low) * 0.08;
  return [low - room, high + room];
}
