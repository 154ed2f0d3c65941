// What a form holds, and what of it is sent: only what differs from the defaults.
import type { OptionRow, Verb } from '../api/types';

export type Value = string | number | boolean;
export type Values = Record<string, Value>;

export function defaults(verb: Verb): Values {
  return Object.fromEntries(verb.options.map((row) => [row.key, row.default]));
}

export function changed(verb: Verb, values: Values): Values {
  return Object.fromEntries(
    verb.options
      .filter((row) => values[row.key] !== undefined && values[row.key] !== row.default)
      .map((row) => [row.key, values[row.key] as Value]),
  );
}

/** What was typed as a value of the row; null where it is none. */
export function parsed(row: OptionRow, text: string): Value | null {
  if (row.kind === 'text' || row.kind === 'path' || row.kind === 'choice') return text;
  const number = Number(text);
  if (text.trim() === '' || !Number.isFinite(number) || (row.kind === 'integer' && !Number.isInteger(number))) return null;
  if (row.min != null && number < row.min) return null;
  if (row.max != null && number > row.max) return null;
  return number;
}

/** Whether each field of a form holds a value; the first that does not gets the focus: what it held before is not meant. */
export function valid(form: HTMLElement | undefined | null): boolean {
  const wrong = form?.querySelector<HTMLElement>('[aria-invalid=true]');
  wrong?.focus();
  return !wrong;
}

export interface Group {
  name: string;
  rows: OptionRow[];
}

/** `said`: what is shown of a row beside its own words, so that it is found in any language. */
export function grouped(rows: OptionRow[], advanced: boolean, sought: string, said: (row: OptionRow) => string = () => ''): Group[] {
  const words = sought.toLowerCase().split(' ').filter(Boolean);
  const fits = (row: OptionRow) => words.every((word) => `${row.key} ${row.label} ${row.help} ${said(row)}`.toLowerCase().includes(word));
  const groups = new Map<string, OptionRow[]>();
  for (const row of rows) {
    if ((row.advanced && !advanced && words.length === 0) || !fits(row)) continue;
    groups.set(row.group, [...(groups.get(row.group) ?? []), row]);
  }
  return [...groups].map(([name, found]) => ({ name, rows: found }));
}
