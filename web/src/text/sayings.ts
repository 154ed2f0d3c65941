// Finds the English format that a text was made from, and says it in the words of a table. No list of regular expressions is
// run through: formats are found by the rarest of their words, tried where all of these are there, and what was found is remembered.
export interface Tables {
  /** English formats, {} standing for what was put in; in the other language {} in turn, or {1} {2} where the order differs. */
  texts: Record<string, string>;
  /** By formats: words that are put into them and mean that only there. */
  words: Record<string, Record<string, string>>;
}

interface Format {
  english: string;
  told: string;
  /** Its own letters; with few of them it may fit by chance. */
  letters: number;
  own: number;
  words: string[];
  patterns?: RegExp[];
}

/** One way to read a text: how many letters of it are known by it, and how much of it is one format's. */
interface Reading {
  told: string;
  letters: number;
  own: number;
}

const remembered = 2000;
const longest = 1500;
const fewLetters = 4;
const mostParts = 300; // that are looked at for one text: each run of its sentences, or of what stands between its commas, is one
const hole = /\{\}/g;
const doing = '{} (while {})'; // how lib/base/result.cpp adds what was being done

const lettersIn = (text: string): number => text.replace(/[^a-z]/gi, '').length;
const wordsOf = (text: string): string[] => text.toLowerCase().match(/[a-z]{2,}/g) ?? [];
/** The words of a format that stand in each text made from it: not "face" of "{} face{}". */
const ownWords = (english: string): string[] => english.replace(hole, '\0').toLowerCase().match(/(?<![a-z\0])[a-z]{2,}(?![a-z\0])/g) ?? [];
const isProse = (text: string): boolean => /[a-z]{2,} [a-z]{2,} [a-z]{2,}/i.test(text);
const keyOf = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1);
const withoutStop = (text: string): string => text.replace(/(?<!\.)\.{1,2}$/, ''); // two where what was put in ends in one

/** Lazy and greedy: "throw out 3 faces" is cut right by one of them, and the values tell which. */
function patternsOf(english: string): RegExp[] {
  const pieces = english.split('{}').map((piece) => piece.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&'));
  pieces[0] = (pieces[0] as string).replace(/^[a-z]/i, (letter) => `[${letter.toLowerCase()}${letter.toUpperCase()}]`);
  const made = (between: string) => new RegExp(`^${pieces.join(between)}$`, 's');
  return pieces.length > 2 ? [made('(.*?)'), made('(.*)')] : [made('(.*)')];
}

const isHan = (letter: string) => /\p{Script=Han}/u.test(letter);
const isPlain = (letter: string) => /[\x21-\x7e]/.test(letter);
const isFull = (letter: string) => /[\u3000-\u303f\uff00-\uffef“”]/.test(letter);
/** With a blank between Chinese and other letters, and none between Chinese ones. */
function joined(before: string, after: string): string {
  const [left, right] = [before.trimEnd(), after.trimStart()];
  const [last, first] = [left.at(-1) ?? '', right[0] ?? ''];
  if (!last || !first) return before + after;
  if (isFull(last) || isFull(first) || (isHan(last) && isHan(first))) return left + right;
  return (isHan(last) && isPlain(first)) || (isPlain(last) && isHan(first)) ? `${left} ${right}` : before + after;
}

/** A text with values in it. */
export function filled(told: string, values: string[]): string {
  let text = '';
  let at = 0;
  let next = 0;
  for (const found of told.matchAll(/\{(\d?)\}/g)) {
    text = joined(text, told.slice(at, found.index));
    text = joined(text, values[found[1] ? Number(found[1]) - 1 : next++] ?? '');
    at = found.index + found[0].length;
  }
  return joined(text, told.slice(at)).replace(/(?<!\.)[.。](?=[，。；：、）])/g, '');
}

export class Sayings {
  readonly #tables: Tables;
  readonly #exact = new Map<string, string>();
  readonly #byWord = new Map<string, Format[]>();
  readonly #known = new Map<string, Reading | undefined>();
  #left = 0;

  constructor(tables: Tables) {
    this.#tables = tables;
    const formats: Format[] = [];
    for (const [key, text] of Object.entries(tables.texts)) {
      const [english, told] = [withoutStop(key), text.replace(/。$/, '')];
      if (english.includes('{}')) formats.push({ english, told, letters: lettersIn(english), own: english.replace(hole, '').length, words: ownWords(english) });
      else this.#exact.set(keyOf(english), told);
    }
    const often = new Map<string, number>();
    for (const { words } of formats) for (const word of new Set(words)) often.set(word, (often.get(word) ?? 0) + 1);
    for (const format of formats) {
      const rarest = format.words.sort((a, b) => (often.get(a) ?? 0) - (often.get(b) ?? 0))[0] ?? '';
      this.#byWord.set(rarest, [...(this.#byWord.get(rarest) ?? []), format]);
    }
  }

  /** The text in the other language; as it is where nothing fits. */
  say(text: string): string {
    // Never within a text: what is known of its parts would be found out again and again, twice as often with each part.
    if (this.#known.size >= remembered) this.#known.clear();
    this.#left = mostParts;
    const read = this.#find(text);
    if (this.#left < 0) this.#known.clear(); // of parts that were given up nothing is known
    this.#known.set(text.trim(), read);
    return read?.told ?? text;
  }

  #find(text: string): Reading | undefined {
    const asked = text.trim();
    if (asked.length > longest || !/[a-z]/i.test(asked)) return undefined;
    if (this.#known.has(asked)) return this.#known.get(asked);
    if (--this.#left < 0) return undefined;
    const bare = withoutStop(asked);
    const found = this.#best(bare);
    const read = found && bare !== asked ? { ...found, told: `${found.told}。`.replace(/([。？])。$/, '$1') } : found;
    this.#known.set(asked, read);
    return read;
  }

  /** The reading by which most of the text is known; of several, that by sentences, or else by the longest format. */
  #best(text: string): Reading | undefined {
    const exact = this.#exact.get(keyOf(text));
    if (exact !== undefined) return { told: exact, letters: lettersIn(text), own: text.length };
    let best: Reading | undefined;
    for (const one of [...this.#made(text), ...this.#sentences(text), ...this.#context(text), ...this.#list(text), ...this.#named(text)])
      if (!best || one.letters > best.letters || (one.letters === best.letters && one.own > best.own)) best = one;
    return best;
  }

  *#made(text: string): Iterable<Reading> {
    const there = new Set(['', ...wordsOf(text)]);
    for (const word of there) {
      for (const format of this.#byWord.get(word) ?? []) {
        if (this.#left < 0) return;
        if (!format.words.every((one) => there.has(one))) continue;
        for (const pattern of (format.patterns ??= patternsOf(format.english))) {
          const found = pattern.exec(text);
          const read = found && this.#filled(format, found.slice(1));
          if (read) yield read;
        }
      }
    }
  }
  #filled(format: Format, values: string[]): Reading | undefined {
    const words = this.#tables.words[format.english];
    const pieces = format.english.split('{}');
    let { letters } = format;
    let strange = 0; // sentences where names or numbers should stand
    const told = values.map((value, i) => {
      const word = words?.[value.trim()];
      const read = word === undefined ? this.#find(value) : { told: word, letters: lettersIn(value) };
      letters += read?.letters ?? 0;
      if (!read && isProse(value) && !/[:(] $|[('"]$/.test(pieces[i] ?? '')) strange += lettersIn(value);
      return read?.told ?? value;
    });
    const numbers = values.every((value) => !value.trim().includes(' ')) && values.some((value) => /[^a-z]/i.test(value));
    const vague = format.letters < fewLetters && letters === format.letters && !numbers;
    return vague || format.letters < strange ? undefined : { told: filled(format.told, told), letters, own: format.own };
  }

  /** One sentence behind another, each a text of its own. */
  *#sentences(text: string): Iterable<Reading> {
    for (const found of text.matchAll(/([.?]) /g)) {
      if (this.#left < 0) return;
      const right = this.#find(text.slice(found.index + 2));
      const left = right && this.#find(text.slice(0, found.index) + found[1]);
      if (left && right) yield { told: left.told + right.told, letters: left.letters + right.letters, own: Infinity };
    }
  }

  /** "…(while reading a.png)". */
  *#context(text: string): Iterable<Reading> {
    const told = this.#tables.texts[doing];
    const found = /^(.*) \(while (.*)\)$/s.exec(text);
    if (!found || told === undefined) return;
    const parts = found.slice(1).map((part) => this.#find(part) ?? { told: part, letters: 0 });
    const letters = parts.reduce((sum, part) => sum + part.letters, 0);
    if (letters) yield { told: filled(told, parts.map((part) => part.told)), letters: letters + lettersIn(doing), own: text.length };
  }

  /** "00012.png: it is no PNG". */
  *#named(text: string): Iterable<Reading> {
    for (const found of text.matchAll(/: /g)) {
      if (this.#left < 0) return;
      const right = this.#find(text.slice(found.index + 2));
      const left = text.slice(0, found.index);
      const read = this.#find(left);
      if (right && (read || !isProse(left))) yield { told: `${read?.told ?? left}：${right.told}`, letters: right.letters + (read?.letters ?? 0), own: 0 };
    }
  }

  /** Several in a row, all of which are known. */
  *#list(text: string): Iterable<Reading> {
    for (const [between, told] of [['; ', '；'], [', ', '、'], [' and ', '，']] as const) {
      const parts = text.split(between);
      const read = parts.length > 1 ? parts.map((part) => this.#find(part)) : [];
      if (!read.length || !read.every((part) => part !== undefined)) continue;
      yield { told: read.map((part) => part.told).join(told), letters: read.reduce((sum, part) => sum + part.letters, 0), own: 0 };
    }
  }
}
