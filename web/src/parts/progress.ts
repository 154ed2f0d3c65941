import type { Job } from '../api/types';
import { clock, rate } from '../text/format';
import { countedOf, stageOf } from '../text/said.svelte';
import { t } from '../text/text.svelte';

export const share = (job: Job): number =>
  job.progress && job.progress.total > 0 ? Math.min(1, job.progress.done / job.progress.total) : 0;

/** "1,234 of 5,000 frames · 12.3 a second · 5:02 left" */
export function told(job: Job): string {
  const p = job.progress;
  if (!p) return stageOf(job.stage);
  const what = countedOf(p.what);
  const count = p.total > 0 ? `${p.done.toLocaleString()} / ${p.total.toLocaleString()} ${what}` : `${p.done.toLocaleString()} ${what}`;
  const parts = [count];
  if (p.per_second > 0) parts.push(t('job.rate', { rate: rate(p.per_second) }));
  if (p.seconds_left !== undefined && p.seconds_left >= 0) parts.push(t('job.left', { time: clock(p.seconds_left) }));
  return parts.join(' · ');
}
