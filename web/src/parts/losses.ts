// The numbers of a training, from its events.
export interface Losses {
  at: number[];
  names: string[];
  values: (number | null)[][];
}

export const noLosses = (): Losses => ({ at: [], names: [], values: [] });

/** Adds an event's losses; returns whether it held any. Names that come later are unknown before. */
export function add(losses: Losses, event: { at: number; values: Record<string, number | null> }): boolean {
  if (losses.at.length > 0 && event.at <= (losses.at.at(-1) as number)) return false;
  const names = Object.keys(event.values).filter((name) => name.endsWith('loss'));
  if (names.length === 0) return false;
  for (const name of names) {
    if (losses.names.includes(name)) continue;
    losses.names.push(name);
    losses.values.push(losses.at.map(() => null));
  }
  losses.at.push(event.at);
  losses.names.forEach((name, i) => losses.values[i]?.push(event.values[name] ?? null));
  return true;
}

/** A running mean that forgets: 0 = as it is, 0.99 = very smooth. Begins without a bow towards zero. */
export function smoothed(values: (number | null)[], weight: number): (number | null)[] {
  if (weight <= 0) return values;
  let mean = 0;
  let total = 0;
  return values.map((value) => {
    if (value === null) return total > 0 ? mean / total : null;
    mean = mean * weight + value * (1 - weight);
    total = total * weight + (1 - weight);
    return mean / total;
  });
}
