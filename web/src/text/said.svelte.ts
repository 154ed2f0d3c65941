// What jobs and the server say, in the language of the page. They speak English: the Chinese is found by the formats that their
// texts are made from (sayings.ts, said.*.zh.ts), and what is newer than the page stands as it is.
import { argumentsZh, summariesZh } from './program.zh';
import { withHint } from './format';
import type { Sayings } from './sayings';
import { language } from './text.svelte';

interface Chinese {
  sayings: Sayings;
  stages: Record<string, string>;
  counted: Record<string, string>;
}
const verbs = Object.fromEntries(Object.keys(summariesZh).map((verb) => [verb, verb])); // "frames extract" is no frame
let chinese = $state.raw<Chinese | null>(null);
let loading: Promise<void> | null = null;

async function load(): Promise<void> {
  try {
    const { countedZh, sayingsZh, stagesZh } = await import('./said.zh');
    chinese = { sayings: sayingsZh({ ...verbs, ...argumentsZh }), stages: stagesZh, counted: countedZh };
  } catch {
    loading = null; // the server went away just now: English until the next switch
  }
}

/** Waits for the words that the page needs beside its own. */
export const wordsFor = (to: string): Promise<void> => (to === 'zh' ? (loading ??= load()) : Promise.resolve());

const now = (): Chinese | null => (language.now === 'zh' ? chinese : null);

export const said = (text: string): string => now()?.sayings.say(text) ?? text;
/** The part of its work that a job is at. */
export const stageOf = (name: string): string => now()?.stages[name] ?? name;
/** What it counts: "1,234 / 5,000 faces". */
export const countedOf = (what: string): string => now()?.counted[what] ?? what;

/** An error with what helps. */
export const explained = (error: { message: string; hint?: string } | undefined): string => (error ? said(withHint(error)) : '');

/** A mark of the graph: a stage or an option that was set is what a note of the training says of it (lib/jobs/training_notes.hpp). */
export function markOf(mark: { kind: string; text: string }): string {
  if (!now()) return mark.text;
  if (mark.kind === 'stage') return said(`-- training: ${mark.text}`).replace(/^-- 训练：/, '');
  return mark.kind === 'set' ? said(`${mark.text} now`) : said(mark.text);
}
