// For the test of said.*.zh.ts: all that the program says to who reads the page, read from its sources. A literal with a blank in
// it is such a text unless a rule here says for whom it is instead; a rule that nothing needs any more fails the test.
import schemaText from '../../../docs/schema.json?raw';
import notesText from '../../../lib/jobs/training_notes.hpp?raw';
import { textsOf, type CppText } from './cpp';

const sources = import.meta.glob(
  ['../../../{lib,steps,apps,server}/**/*.{cpp,hpp,in}', '!**/*_test.cpp', '!**/*_fake.*', '!**/faces_fake.hpp'],
  { query: '?raw', eager: true, import: 'default' },
) as Record<string, string>;

/** Whatever is given to these is a text, though it be one word: at these places. */
const telling: Record<string, number[]> = {
  'fail(': [1], 'fail_with_hint(': [1, 2], 'during(': [1], 'warn(': [0], 'note(': [0], 'error_reply(': [1], 'skip(': [1], 'guard_torch(': [0], 'io_failure(': [0],
};
/** They put it into a sentence of their own. */
const within: Record<string, string> = { 'io_failure(': 'Cannot @ {}: {}' };
const stageCalls: Record<string, number> = { 'stage(': 0, 'telling(': 1, 'work{': 2 };
const countedCalls: Record<string, number> = { 'progress(': 2, 'for_each_index(': 3 };

/** By the call or list: for whom its texts are. */
const otherCalls: Record<string, string> = {
  'check(': 'who mends a broken invariant', 'static_assert(': 'the compiler',
  'draw_text(': 'a picture, which is one for both languages',
  'saved(': 'the log: the page lists files itself',
  'NumberRow{': 'the page has words of its own: faces.zh.ts', 'FilterWord{': 'likewise', 'QualityReason{': 'likewise',
  'find(': 'compared with', 'rfind(': 'compared with', 'starts_with(': 'compared with', 'proc_value(': 'compared with',
  'filesystem_error(': 'a test', 'OStream(': 'the name of a stream',
};
/** By the file: all of it. */
const otherFiles: [RegExp, string][] = [
  [/^apps\/understudy\/(doctor|schema_verb)\.cpp|^server\/verb\.cpp/, 'the terminal: verbs that keep no log'],
  [/\/engine_check\.cpp/, 'the terminal: what the doctor checks'],
  [/training_notes\.hpp/, 'the notes that are made with them'],
];
/** By the file: all that is given to none of `telling`. */
const quietFiles: [RegExp, string][] = [
  [/^server\/(\w+_)?routes\.cpp|^server\/http\.cpp/, 'docs/http.md'],
  [/^server\/(http_server|guard|clips|pictures|streams)\.cpp|web_files/, 'headers and lines of HTTP'],
  [/^lib\/jobs\/(commands|event|typescript)\.cpp/, 'docs/schema.json and docs/schema.ts'],
  [/^lib\/catalogue\/(tables|database)\.cpp/, 'SQLite'],
  [/^lib\/training\/dfl_export\.cpp/, "DeepFaceLab's summary.txt"],
  [/^lib\/base\/seal\.cpp/, 'what a seal is made of'],
  [/^lib\/media\/marking\.hpp/, 'the marks in a file'],
  [/^lib\/face\/synthetic\//, 'names of actors'],
  [/^apps\/understudy\/(main|terminal)\.cpp/, 'the terminal'],
  [/^steps\/\w+\/verb\.cpp|timeline_verbs\.cpp/, 'examples and names of verbs'],
  [/^lib\/training\/preview\.cpp|xseg_learner\.cpp|^lib\/score\/verdict\.cpp|^steps\/(score\/page|demo\/sheet|4_mask\/sheet|4_mask\/check_masks)\.cpp/, 'pictures'],
  [/^steps\/(6_merge\/(check_page|check_report|sample|reasons)|3_curate\/(stats|groups))\.cpp/, 'pictures and reports'],
];
const otherTexts: Record<string, string> = {
  'score {}; {} dB, SSIM {} against the truth inside the face, colours fitted ({} dB, {} before)': 'a picture',
  'Iter: {}': 'a picture', 'of the batch': 'the name of a preview', 'hand {}': 'a file', 'from {}': 'the report of merge diff', 'import {} {}': 'a file',
  '| option | default | values | changes at | meaning |\n|---|---|---|---|---|': 'docs/options.md',
  '{} One of: {}.': 'docs/options.md', '{} Range: {}.': 'docs/options.md', '{} Default: {}.': 'docs/options.md',
  'Face labels': 'a file', 'as encoded in the plate; no transfer function was undone': 'a file', 'A person who does not exist, drawn by understudy': 'a file',
  'PQ (SMPTE ST 2084)': 'a name', 'HLG (ARIB STD-B67)': 'a name', 'CUDA GPU 0': 'a name',
  '{} GiB': 'a unit', '{} KB': 'a unit', '{} MB': 'a unit', '{} GB': 'a unit',
};

/** Options and verbs with their help: program.test.ts holds that these are Chinese. */
function inSchema(): Set<string> {
  const found = new Set<string>();
  const read = (value: unknown): void => {
    if (typeof value === 'string') found.add(value);
    else if (value && typeof value === 'object') Object.values(value).forEach(read);
  };
  read(JSON.parse(schemaText));
  return found;
}

export interface Said {
  texts: Map<string, string>;
  stages: Set<string>;
  counted: Set<string>;
  /** Literals as they stand in the sources. */
  literals: Set<string>;
  needless: string[];
}

class Reader {
  readonly said: Said = { texts: new Map(), stages: new Set(), counted: new Set(), literals: new Set(), needless: [] };
  readonly #schema = inSchema();
  readonly #used = new Set<unknown>();

  #rule(of: Record<string, unknown> | [RegExp, string][], name: string): boolean {
    const key = Array.isArray(of) ? of.find(([file]) => file.test(name)) : Object.hasOwn(of, name) ? name : undefined;
    if (key) this.#used.add(key);
    return key !== undefined;
  }
  #isText(file: string, one: CppText): boolean {
    if (!/[A-Za-z]{2}/.test(one.text) || this.#schema.has(one.text)) return false;
    if (this.#rule(otherCalls, one.call) || this.#rule(otherFiles, file)) return false;
    if (telling[one.call]?.includes(one.place)) return true;
    return /\S \S/.test(one.text) && !one.text.startsWith('understudy ') && !this.#rule(quietFiles, file) && !this.#rule(otherTexts, one.text);
  }
  read(file: string, one: CppText) {
    this.said.literals.add(one.text);
    if (stageCalls[one.call] === one.place) this.said.stages.add(one.text);
    else if (countedCalls[one.call] === one.place) {
      if (one.text) this.said.counted.add(one.text);
    } else if (this.#isText(file, one)) {
      const text = within[one.call]?.replace('@', one.text) ?? one.text;
      if (!this.said.texts.has(text)) this.said.texts.set(text, `${file}:${one.line}`);
    }
  }
  done(): Said {
    const rules = [...Object.keys(otherCalls), ...otherFiles, ...quietFiles, ...Object.keys(otherTexts)];
    this.said.needless = rules.filter((rule) => !this.#used.has(rule)).map(String);
    return this.said;
  }
}

/** Constants of which notes are made: their words stand in the formats. */
export function noteConstants(): Record<string, string> {
  return Object.fromEntries([...notesText.matchAll(/string_view (\w+) = "([^"]*)"/g)].map((found) => [`training_notes::${found[1]}`, found[2] as string]));
}

export function saidBySources(): Said {
  const reader = new Reader();
  const constants = noteConstants();
  for (const [path, source] of Object.entries(sources)) {
    const file = path.replace(/^(\.\.\/)+/, '');
    for (const one of textsOf(source, constants)) reader.read(file, one);
  }
  return reader.done();
}
