// For the tests of said.zh.ts: the texts in a C++ source, as the formats that they are made from. A small parser, which knows
// literals, what is joined to them by `+`, and the call that they are given to; whatever is no literal is {}.
export interface CppText {
  text: string;
  /** The call or list that it stands in, and at which place there. */
  call: string;
  place: number;
  line: number;
}

interface Token {
  kind: 'text' | 'word' | 'sign';
  value: string;
  line: number;
}

const escapes: Record<string, string> = { n: '\n', t: '\t', r: '\r', '0': '\0' };
const opening = new Set(['(', '[', '{']);
const closing = new Set([')', ']', '}']);
/** Calls that give back the text that they are given. */
const wrappers = new Set(['format', 'string', 'string_view']);
/** Calls that are given a format themselves, and not a text that is made already. */
const formatting = new Set(['fail(', 'snprintf(', 'fprintf(']);
const patterns: [RegExp, (found: RegExpExecArray) => Omit<Token, 'line'> | null][] = [
  [/\/\/.*|\/\*[^]*?\*\/|#(?:\\\n|.)*|\s+/y, () => null],
  [/R"([^(\s]*)\([^]*?\)\1"/y, () => ({ kind: 'sign', value: 'R' })], // tables and pages, no sentences
  [/"((?:\\.|[^"\\])*)"/y, (found) => ({ kind: 'text', value: (found[1] as string).replace(/\\(.)/g, (_, c: string) => escapes[c] ?? c) })],
  [/'(?:\\.[^']*|[^'\\])'/y, () => ({ kind: 'word', value: "''" })],
  [/\d[\w'.]*|[A-Za-z_]\w*/y, (found) => ({ kind: 'word', value: found[0] })],
  [/\+\+|\+=|->|::|[^]/y, (found) => ({ kind: 'sign', value: found[0] })],
];

function tokensOf(source: string): Token[] {
  const tokens: Token[] = [];
  let line = 1;
  for (let at = 0; at < source.length; ) {
    for (const [pattern, make] of patterns) {
      pattern.lastIndex = at;
      const found = pattern.exec(source);
      if (!found || (found[0].startsWith('#') && !/(^|\n)[ \t]*$/.test(source.slice(Math.max(0, at - 80), at)))) continue;
      const made = make(found);
      if (made) tokens.push({ ...made, line });
      line += found[0].split('\n').length - 1;
      at = pattern.lastIndex;
      break;
    }
  }
  return tokens;
}

/** A format of fmt or printf with {} for whatever is put in, unless `known` has it. */
function plain(text: string, known: (place: number) => string | undefined = () => undefined): string {
  let at = 0;
  return text
    .replace(/\{\{|\}\}|\{[^{}]*\}|%[sd]/g, (one) => (one === '{{' ? '\u0001' : one === '}}' ? '\u0002' : (known(at++) ?? '{}')))
    .replace(/\u0001/g, '{')
    .replace(/\u0002/g, '}');
}

class Source {
  readonly tokens: Token[];
  readonly #used = new Set<number>();
  constructor(
    source: string,
    readonly constants: Record<string, string>,
  ) {
    this.tokens = tokensOf(source);
  }

  sign(at: number, ...values: string[]): boolean {
    const token = this.tokens[at];
    return token !== undefined && token.kind !== 'text' && values.includes(token.value);
  }
  /** +1 where a bracket opens, -1 where one closes. */
  step(at: number): number {
    const token = this.tokens[at];
    return token?.kind !== 'sign' ? 0 : opening.has(token.value) ? 1 : closing.has(token.value) ? -1 : 0;
  }
  /** Where the bracket that opens here is closed. */
  closed(at: number): number {
    for (let i = at, deep = 0; i < this.tokens.length; i++) if ((deep += this.step(i)) === 0) return i;
    return this.tokens.length;
  }
  /** A literal, with those that follow it. */
  literal(at: number): { text: string; end: number } {
    let text = '';
    let end = at;
    for (; this.tokens[end]?.kind === 'text'; end++) {
      text += this.tokens[end]?.value;
      this.#used.add(end);
    }
    return { text, end };
  }
  isNew = (at: number): boolean => this.tokens[at]?.kind === 'text' && !this.#used.has(at);
  isWrapper = (at: number): boolean => this.sign(at, ...wrappers) && this.sign(at + 1, '(') && this.tokens[at + 2]?.kind === 'text';

  /** What fmt::format makes of the text behind its bracket; a constant whose text is known is put in. */
  format(bracket: number, text: string): string {
    const names: string[] = [];
    const end = this.closed(bracket);
    for (let i = bracket + 1, deep = 0; i < end; i++) {
      deep += this.step(i);
      if (deep === 0 && this.sign(i, ',')) names.push([1, 2, 3].map((n) => this.tokens[i + n]?.value).join(''));
    }
    return plain(text, (place) => this.constants[names[place] ?? '']);
  }
  /** One operand of `+`: its text where that is known, and the first token behind it. */
  operand(at: number): { text: string; end: number } {
    if (this.tokens[at]?.kind === 'text') return this.literal(at);
    let end = at;
    let text = '{}';
    while (end < this.tokens.length) {
      if (this.isWrapper(end)) {
        text = this.format(end + 1, this.literal(end + 2).text);
        end = this.closed(end + 1) + 1;
      } else if (this.sign(end, '(', '[')) end = this.closed(end) + 1;
      else if (this.sign(end, '::', '.', '->', '*', '&') || this.tokens[end]?.kind === 'word') ++end;
      else break;
    }
    return { text, end };
  }
  /** The call around a token. */
  around(at: number): { call: string; place: number } {
    let place = 0;
    for (let i = at - 1, deep = 0; i >= 0; i--) {
      deep -= this.step(i);
      if (deep < 0) return { call: `${this.tokens[i - 1]?.kind === 'word' ? this.tokens[i - 1]?.value : ''}${this.tokens[i]?.value}`, place };
      if (deep === 0 && this.sign(i, ';')) break;
      if (deep === 0 && this.sign(i, ',')) ++place;
    }
    return { call: '', place };
  }
  /** The whole of what a literal is part of. */
  whole(at: number): CppText {
    let { text, end } = this.literal(at);
    let begin = at;
    const joins = /^ .* $/.test(text); // " and ": always between two
    if (this.isWrapper(at - 2)) {
      text = this.format(at - 1, text);
      end = this.closed(at - 1) + 1;
      begin = at - 2;
      while (this.sign(begin - 1, '::')) begin -= 2;
    }
    const where = this.around(begin);
    if (formatting.has(where.call)) text = plain(text);
    if (joins || this.sign(begin - 1, '+', '+=')) text = `{}${text}`;
    while (this.sign(end, '+')) {
      const more = this.operand(end + 1);
      text += more.text;
      end = more.end;
    }
    if (joins && !text.endsWith('{}')) text = `${text}{}`;
    // What stands in front without a blank is a joint, if anything: " and " where something went before.
    return { text: text.replace(/(\{\})+/g, '{}').replace(/^\{\}(?=[A-Za-z])/, '').trim(), ...where, line: this.tokens[at]?.line ?? 0 };
  }
}

export function textsOf(source: string, constants: Record<string, string> = {}): CppText[] {
  const read = new Source(source, constants);
  const found: CppText[] = [];
  read.tokens.forEach((_, at) => {
    if (read.isNew(at)) found.push(read.whole(at));
  });
  return found;
}
