// What somebody should look at: in the page always, and as notifications of the browser where they are allowed.
import { api } from '../api/client';
import type { Job } from '../api/types';
import { flat } from '../parts/plateau';
import { bytes } from '../text/format';
import { said } from '../text/said.svelte';
import { t } from '../text/text.svelte';
import { models, refreshModels, trainingNow, trains } from './models.svelte';
import { studio } from './studio.svelte';

export interface Alarm {
  id: string;
  kind: 'rollback' | 'plateau' | 'disk' | 'failed';
  text: string;
  time: number;
}

const storage = 'notify';
export const alarms = $state({
  list: [] as Alarm[],
  wanted: localStorage.getItem(storage) === 'on' && typeof Notification !== 'undefined' && Notification.permission === 'granted',
});

const most = 20;
const lowDisk = 5e9;
const told = new Set<string>();
const before = new Map<string, { state: string; rollbacks: number }>();

export function raise(kind: Alarm['kind'], id: string, text: string) {
  if (told.has(id)) return;
  told.add(id);
  alarms.list = [{ id, kind, text, time: Date.now() }, ...alarms.list.filter((one) => one.id !== id)].slice(0, most);
  if (alarms.wanted && Notification.permission === 'granted')
    new Notification(t(`alarm.${kind}`), { body: said(text), tag: id });
}

export const dismiss = (id: string) => (alarms.list = alarms.list.filter((one) => one.id !== id));

/** Asks the browser, and remembers the wish. */
export async function wantNotifications(on: boolean): Promise<void> {
  const granted = on && typeof Notification !== 'undefined' && (await Notification.requestPermission()) === 'granted';
  alarms.wanted = granted;
  localStorage.setItem(storage, granted ? 'on' : 'off');
}

/** What has changed since the last look: a job that failed, a training that went back. */
export function watchJobs(jobs: Job[]) {
  const first = studio.looks <= 1;
  for (const job of jobs) {
    // One that came and failed between two looks is told; those of before the first look are old news.
    const known = before.get(job.job) ?? (first ? null : { state: 'waiting', rollbacks: 0 });
    before.set(job.job, { state: job.state, rollbacks: job.rollbacks });
    if (!known) continue;
    if (job.state === 'failed' && known.state !== 'failed')
      raise('failed', `${job.job} failed`, `${job.verb}: ${job.error?.message ?? ''}`);
    if (trains(job) && job.rollbacks > known.rollbacks)
      raise('rollback', `${job.job} ${job.rollbacks}`, job.last_warning || job.verb);
  }
}

/** Asks itself: whatever else was told may be hours old. */
export async function watchDisk(): Promise<void> {
  if (trainingNow() && !models.loaded) await refreshModels();
  const free = await api.meters().then((read) => read.disk.free, () => undefined);
  if (free === undefined) return;
  const largest = Math.max(0, ...models.list.map((model) => (model.states[0]?.bytes ?? 0) * 3));
  if (free >= Math.max(lowDisk, largest)) told.delete('disk');
  else raise('disk', 'disk', t('alarm.diskText', { free: bytes(free) }));
}

/** Whether the training that runs has stopped learning. */
export async function watchPlateau(): Promise<void> {
  const job = trainingNow();
  if (!job) return;
  try {
    const page = await api.jobLosses(job.job, 200);
    const column = page.names.findIndex((name) => name.startsWith('src'));
    const values = page.mean[column] ?? page.mean[0] ?? [];
    if (flat(page.at, values)) raise('plateau', `${job.job} plateau`, t('alarm.plateauText', { verb: job.verb, at: page.last.toLocaleString() }));
  } catch {
    // It may just have ended.
  }
}
