// What was set of a training while it ran: shown as it is now, whichever tab one comes from.
import { api } from '../../api/client';
import type { Job, Mark, OptionRow } from '../../api/types';
import { parsed, type Value } from '../../form/values';
import { attempt } from '../../stores/studio.svelte';

export const pause = 600; // a number is typed digit by digit: what stands there then is meant

const changed = $state<Record<string, Record<string, Value>>>({});
const told = $state<Record<string, Record<string, string>>>({});
const waiting = new Map<string, ReturnType<typeof setTimeout>>();

export function valueOf(job: Job, row: OptionRow): Value {
  const noted = told[job.job]?.[row.key];
  const known = noted === undefined ? undefined : row.kind === 'boolean' ? noted === 'true' : (parsed(row, noted) ?? undefined);
  return changed[job.job]?.[row.key] ?? known ?? job.options[row.key] ?? row.default;
}

/** Sends it once it stands still; each option has a time of its own. What is refused is shown as it was. */
export function set(job: Job, key: string, value: Value): void {
  changed[job.job] = { ...changed[job.job], [key]: value };
  const id = `${job.job} ${key}`;
  clearTimeout(waiting.get(id));
  waiting.set(id, setTimeout(() => void send(job, key, value), pause));
}

async function send(job: Job, key: string, value: Value): Promise<void> {
  const done = await attempt(api.command(job.job, 'set', key, String(value)));
  if (done === undefined && changed[job.job]?.[key] === value) delete changed[job.job]?.[key];
}

/** The last value of each option, from what the log marks: "'save-every' is 5". */
export function setsOf(marks: Mark[]): Record<string, string> {
  const found: Record<string, string> = {};
  for (const mark of marks) {
    const said = mark.kind === 'set' ? /^'([^']+)' is (.*)$/.exec(mark.text) : null;
    if (said) found[said[1] as string] = said[2] as string;
  }
  return found;
}

/** What was set before this page was opened. */
export async function learnSets(job: string): Promise<void> {
  try {
    told[job] = setsOf((await api.jobLosses(job, 2)).marks);
  } catch {
    // It has no log yet: nothing was set.
  }
}
