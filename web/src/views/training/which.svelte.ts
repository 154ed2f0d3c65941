// Which model a job trains: as asked for, or as its log tells.
import { api } from '../../api/client';
import type { Job, LossPage } from '../../api/types';

const known = $state<Record<string, string>>({});
const asked = new Map<string, number>();

/** Empty as long as nothing tells: its log does when it has begun, what was asked for does at once. */
export function modelOfJob(job: Job): string {
  const named = job.options['model'];
  return known[job.job] ?? (typeof named === 'string' ? named : '');
}

export function learn(job: Job, page: LossPage) {
  if (page.model && known[job.job] !== page.model) known[job.job] = page.model;
}

/** Asks its log, at most every few seconds as long as it does not tell. */
export async function find(job: Job): Promise<LossPage | undefined> {
  const again = 2500;
  if (known[job.job] || Date.now() - (asked.get(job.job) ?? 0) < again) return undefined;
  asked.set(job.job, Date.now());
  try {
    const page = await api.jobLosses(job.job, 2);
    learn(job, page);
    return page;
  } catch {
    return undefined;
  }
}
