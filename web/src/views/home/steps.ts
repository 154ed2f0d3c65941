// What a step's button starts, the screen that shows what came of it, and which jobs are its own.
import type { Job, Step } from '../../api/types';
import { isPlan } from '../../stores/models.svelte';
import type { Screen } from '../../stores/place.svelte';
import { bytes } from '../../text/format';

export const stepVerbs: Record<string, { verb: string; screen: Screen; clears: string }> = {
  frames: { verb: 'frames extract', screen: 'frames', clears: 'frames' },
  faces: { verb: 'extract', screen: 'faces', clears: 'faces' },
  curate: { verb: 'sort', screen: 'faces', clears: '' },
  masks: { verb: 'mask apply', screen: 'faces', clears: '' },
  train: { verb: 'train saehd', screen: 'train', clears: 'model' },
  merge: { verb: 'merge', screen: 'merge', clears: 'merge' },
  video: { verb: 'video encode', screen: 'result', clears: 'video' },
};
const beginnings: Record<string, string> = {
  'frames ': 'frames', extract: 'faces', sort: 'curate', 'faceset ': 'curate', 'mask ': 'masks', 'train ': 'train', merge: 'merge', 'video ': 'video',
};
// They look at what is there and change nothing of the step.
const only_look = ['merge show', 'merge diff', 'mask status', 'mask check', 'mask sheet', 'faceset stats', 'merge check'];

export const stepOf = (job: Job): string | undefined =>
  only_look.includes(job.verb) || isPlan(job) ? undefined : Object.entries(beginnings).find(([start]) => job.verb.startsWith(start))?.[1];

export const over = (job: Job) => ['done', 'failed', 'cancelled'].includes(job.state);

/** The newest job of a step that ran and is over, not one that was only taken out of the queue; jobs are listed newest first. */
export const lastOf = (jobs: Job[], step: string): Job | undefined =>
  jobs.find((job) => over(job) && (job.state !== 'cancelled' || job.started > 0) && stepOf(job) === step);

/** Which jobs are over: not how many, for their list is cut at its end. */
export const ended = (jobs: Job[]): string => jobs.filter(over).map((job) => job.job).join();

/** "size 96, redo": what differed from the defaults. */
export function optionsTold(job: Job): string[] {
  return Object.entries({ ...job.positionals, ...job.options }).map(([key, value]) => (value === true ? key : value === false ? `no ${key}` : `${key} ${value}`));
}

export function figuresOf(step: Step, models: { name: string; iteration: number }[]): string[] {
  const sides = (['src', 'dst'] as const).flatMap((side) => (step.sides?.[side] ? [[side, step.sides[side]] as const] : []));
  if (step.step === 'frames') return sides.map(([side, of]) => `${side}: ${of.video ?? ''} ${of.frames ? `· ${Number(of.frames).toLocaleString()}` : ''}`);
  if (step.step === 'faces') return sides.map(([side, of]) => `${side}: ${of.packed ? 'faceset.pak' : Number(of.faces).toLocaleString()}`);
  if (step.step === 'train') return models.slice(0, 2).map((model) => `${model.name} · ${model.iteration.toLocaleString()}`);
  if (step.step === 'merge' && step.frames) return [`${Number(step.frames).toLocaleString()} / ${Number(step.of).toLocaleString()}`];
  if (step.step === 'video' && step.bytes) return [`${String(step.result)} · ${bytes(Number(step.bytes))}`];
  return [];
}
