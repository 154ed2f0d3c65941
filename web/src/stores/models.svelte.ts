// The models of the workspace, and the machine they train on: asked for again while somebody looks.
import { untrack } from 'svelte';
import { api } from '../api/client';
import type { Job, MetersShown, ModelCard, ModelShown } from '../api/types';
import { running, studio } from './studio.svelte';

export const models = $state({
  list: [] as ModelShown[],
  loaded: false,
  meters: null as MetersShown | null,
});

// Never changed while the server runs.
let cards = $state.raw<ModelCard[] | null>(null);
export const modelCards = async (): Promise<ModelCard[]> => (cards ??= await api.cards());

/** Asked for with the options that only plan it. */
export const isPlan = (job: Job) => (cards ?? []).some((card) => Object.keys(card.plan).some((key) => job.options[key] === true));
export const trains = (job: Job) =>
  (job.verb.startsWith('train ') || ['run', 'demo', 'mask train'].includes(job.verb)) && !isPlan(job);
export const trainingNow = (): Job | undefined => studio.jobs.find((job) => trains(job) && running(job));

let of = '';
export async function refreshModels(): Promise<void> {
  const root = studio.workspace?.root;
  if (!root) return;
  if (root !== of) [of, models.list, models.loaded] = [root, [], false]; // another workspace's models are none of this one
  try {
    await modelCards();
    const list = await api.models();
    if (root === studio.workspace?.root) [models.list, models.loaded] = [list, true];
  } catch {
    // The stream of jobs tells when nobody answers any more.
  }
}

export async function refreshMeters(): Promise<void> {
  if (!studio.workspace || document.hidden) return;
  try {
    models.meters = await api.meters();
  } catch {
    models.meters = null;
  }
}

/** Calls it now and every so many milliseconds, while the page is looked at, or hidden too; the answer ends that.
    What it reads makes no effect run again. */
export function every(milliseconds: number, work: () => Promise<void> | void, hiddenToo = false): () => void {
  void untrack(work);
  const timer = setInterval(() => {
    if (hiddenToo || !document.hidden) void work();
  }, milliseconds);
  return () => clearInterval(timer);
}
