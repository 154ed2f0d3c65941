// The filter's text as it is typed: the word under the caret, what may stand there, and where an error lies.
import type { Measures } from '../../api/faces';

export interface Word { from: number; to: number; text: string }

/** The name that the caret stands in or behind; none within quotation marks or behind a number. */
export function wordAt(text: string, caret: number): Word | null {
  let mark = '';
  for (const letter of text.slice(0, caret)) {
    if (mark) mark = letter === mark ? '' : mark;
    else if (letter === '"' || letter === "'") mark = letter;
  }
  if (mark) return null;
  const before = /[A-Za-z_]\w*$/.exec(text.slice(0, caret));
  const from = before ? before.index : caret;
  if (/\w$/.test(text.slice(0, from))) return null;
  const after = /^\w*/.exec(text.slice(caret))?.[0].length ?? 0;
  return { from, to: caret + (before ? after : 0), text: text.slice(from, caret) };
}

export interface Suggestion { name: string; insert: string; kind: 'number' | 'text' | 'condition' | 'function'; help: string; least?: number; most?: number; known?: number }

export function suggestions(measures: Measures | null, word: Word | null): Suggestion[] {
  if (!measures || !word || word.text === '') return [];
  const typed = word.text.toLowerCase();
  const all: Suggestion[] = [
    ...measures.columns.map((one) => ({
      name: one.name, insert: one.name, kind: one.kind, help: one.help, known: one.known,
      ...(typeof one.least === 'number' && typeof one.most === 'number' ? { least: one.least, most: one.most } : {}),
    })),
    ...measures.functions.map((one) => ({ name: one.name, insert: one.name.replace(/\(.*/, '('), kind: 'function' as const, help: one.help })),
  ];
  const begins = all.filter((one) => one.name.startsWith(typed));
  const holds = all.filter((one) => !one.name.startsWith(typed) && one.name.includes(typed));
  const found = [...begins, ...holds].slice(0, 12);
  return found.length === 1 && found[0]?.insert === word.text ? [] : found;
}

export function completed(text: string, word: Word, insert: string): { text: string; caret: number } {
  return { text: text.slice(0, word.from) + insert + text.slice(word.to), caret: word.from + insert.length };
}

/** From the server's bytes to letters of the text. */
export function place(text: string, at: number, length: number): { from: number; to: number } {
  const bytes = new TextEncoder().encode(text);
  const letters = (end: number) => new TextDecoder().decode(bytes.slice(0, end)).length;
  return { from: letters(at), to: letters(at + length) };
}

/** The letters of a filter that stand in no text, each with how many brackets are open behind it. */
function* outside(text: string): Generator<{ at: number; deep: number }> {
  let [deep, mark] = [0, ''];
  for (let at = 0; at < text.length; ++at) {
    const letter = text[at] ?? '';
    if (mark) mark = letter === mark ? '' : mark;
    else if (letter === '"' || letter === "'") mark = letter;
    else {
      if (letter === '(') deep += 1;
      else if (letter === ')') deep -= 1;
      yield { at, deep };
    }
  }
}

/** What a filter joins by "&&", each without brackets that are not needed. */
function parts(filter: string): string[] {
  const found: string[] = [];
  let from = 0;
  for (const { at, deep } of outside(filter)) {
    if (at < from || deep !== 0 || !filter.startsWith('&&', at)) continue;
    found.push(filter.slice(from, at).trim());
    from = at + 2;
  }
  found.push(filter.slice(from).trim());
  // "a || b && c" is no list of conditions that all hold: taken apart it would say something else.
  return found.length > 1 && found.some(orAtTop) ? [filter.trim()] : found.map(bare).filter(Boolean);
}
function orAtTop(text: string): boolean {
  for (const { at, deep } of outside(text)) if (deep === 0 && text.startsWith('||', at)) return true;
  return false;
}
/** Brackets around all of it are taken away. */
function bare(text: string): string {
  if (!text.startsWith('(') || !text.endsWith(')')) return text;
  for (const { at, deep } of outside(text)) if (deep === 0 && at < text.length - 1) return text;
  return bare(text.slice(1, -1).trim());
}

/** Whether the condition is one of those that all have to hold. */
export const holds = (filter: string, condition: string): boolean => parts(condition).every((one) => parts(filter).includes(one));

/** The filter without a condition that it holds. */
export function without(filter: string, condition: string): string {
  const taken = parts(condition);
  return parts(filter).filter((one) => !taken.includes(one)).reduce(joined, '');
}

/** Both conditions; either may be empty. */
export function joined(filter: string, condition: string): string {
  const had = filter.trim();
  if (!had) return condition;
  const part = (text: string) => (text.includes('||') ? `(${text})` : text);
  return `${part(had)} && ${part(condition)}`;
}
