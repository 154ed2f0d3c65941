// What the page knows of the server: followed by one stream, so that every screen shows the truth.
import { api } from '../api/client';
import type { About, Job, Schema, Verb, Workspace } from '../api/types';
import { withHint } from '../text/format';

export const studio = $state({
  about: null as About | null,
  workspace: null as Workspace | null,
  jobs: [] as Job[],
  /** How often this stream has told of the jobs: what is new at the first look happened before. */
  looks: 0,
  online: true,
  error: '' as string,
});

// Large and never changed: not worth a proxy.
let schema: Schema | null = null;
export const verbOf = (name: string): Verb | undefined => schema?.verbs.find((verb) => verb.name === name);
export const allVerbs = (): Verb[] => schema?.verbs ?? [];

let source: EventSource | null = null;
let again: ReturnType<typeof setTimeout> | undefined;

const ended = (job: Job) => ['done', 'failed', 'cancelled'].includes(job.state);
export const running = (job: Job) => ['starting', 'running', 'paused', 'stopping'].includes(job.state);

function take(jobs: Job[]) {
  const before = new Map(studio.jobs.map((job) => [job.job, job]));
  // One that came and ended between two looks counts too.
  const wasEnded = (job: Job) => (before.has(job.job) ? ended(before.get(job.job) as Job) : studio.looks === 0);
  const over = jobs.some((job) => ended(job) && !wasEnded(job));
  studio.looks += 1;
  studio.jobs = jobs;
  if (over) void refresh();
}

function follow() {
  source?.close();
  studio.looks = 0;
  if (!studio.about?.workspace) return;
  source = new EventSource('/api/watch');
  source.addEventListener('jobs', (event) => {
    studio.online = true;
    take(JSON.parse((event as MessageEvent<string>).data) as Job[]);
  });
  source.addEventListener('workspace', () => void connect());
  source.onerror = () => {
    studio.online = false;
    source?.close();
    clearTimeout(again);
    again = setTimeout(() => void connect(), 500);
  };
}

// Which workspace is open changes with each connection: what was asked for before says nothing of it.
let opening = 0;

/** Asks for everything anew; again and again as long as nobody answers. */
export async function connect(): Promise<void> {
  clearTimeout(again);
  const mine = ++opening;
  try {
    schema ??= await api.schema();
    const about = await api.about();
    const workspace = about.workspace ? await api.workspace() : null;
    if (mine !== opening) return;
    studio.about = about;
    studio.workspace = workspace;
    studio.online = true;
    follow();
  } catch {
    if (mine !== opening) return;
    studio.online = false;
    again = setTimeout(() => void connect(), 500);
  }
}

export async function refresh(): Promise<void> {
  const at = opening;
  try {
    const read = await api.workspace();
    if (at === opening) studio.workspace = read;
  } catch {
    // The stream tells when nobody answers any more.
  }
}

/** Does it, and shows the sentence when it is refused. */
export async function attempt<T>(work: Promise<T>): Promise<T | undefined> {
  studio.error = '';
  try {
    return await work;
  } catch (error) {
    const hint = error instanceof Object && 'hint' in error ? String(error.hint) : '';
    studio.error = withHint({ message: error instanceof Error ? error.message : String(error), hint });
    return undefined;
  }
}
