// The curves of a graph from pages of thinned losses: the one that is looked at, and those it is compared with.
import type { LossPage, Thinned } from '../api/types';
import { smoothed } from './losses';

export interface Curve {
  label: string;
  /** Which of the compared trainings; 0 is the one that is looked at. */
  of: number;
  /** Which of its losses, for the colour. */
  column: number;
  kind: 'mean' | 'low' | 'high' | 'validation';
  at: number[];
  values: (number | null)[];
}

export interface Shown {
  label: string;
  page: LossPage;
}

const columns = (page: Thinned) => page.names.map((name, i) => [name, i] as const);

/** `validation`: the name of the numbers of faces that are not trained with; empty: none. */
export function curvesOf(all: Shown[], smoothing: number, validation: string, band: boolean): Curve[] {
  const curves: Curve[] = [];
  all.forEach(({ label, page }, of) => {
    const said = (name: string) => (of === 0 ? name : `${label}: ${name}`);
    for (const [name, i] of columns(page)) {
      const values = smoothed(page.mean[i] ?? [], smoothing);
      curves.push({ label: said(name), of, column: i, kind: 'mean', at: page.at, values });
      if (of !== 0 || !band || page.total <= page.at.length) continue;
      curves.push({ label: `${name} ↑`, of, column: i, kind: 'high', at: page.at, values: page.high[i] ?? [] });
      curves.push({ label: `${name} ↓`, of, column: i, kind: 'low', at: page.at, values: page.low[i] ?? [] });
    }
    const i = page.validation.names.indexOf(validation);
    if (i >= 0)
      curves.push({ label: said(validation), of, column: 5, kind: 'validation', at: page.validation.at, values: page.validation.mean[i] ?? [] });
  });
  return curves;
}

/** Where the last so many iterations begin: losses go further than the state that was saved last. 0: all of them. */
export const firstOf = (last: number, saved: number, page: Pick<Thinned, 'last'> | null): number =>
  last > 0 ? Math.max(0, Math.max(page?.last ?? 0, saved) - last) : 0;

/** All curves over one axis: what one does not know at a place is undefined, so that its line goes on. */
export function aligned(curves: Curve[]): (number | null | undefined)[][] {
  const places = [...new Set(curves.flatMap((curve) => curve.at))].sort((a, b) => a - b);
  const index = new Map(places.map((at, i) => [at, i]));
  const rows: (number | null | undefined)[][] = [places];
  for (const curve of curves) {
    const row: (number | null | undefined)[] = new Array<undefined>(places.length).fill(undefined);
    curve.at.forEach((at, i) => (row[index.get(at) as number] = curve.values[i] ?? null));
    rows.push(row);
  }
  return rows;
}
