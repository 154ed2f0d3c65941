// The form of a new training with the forecast that was asked for: kept while one looks at another tab.
import { api } from '../../api/client';
import type { Forecast, Job, ModelCard } from '../../api/types';
import type { Values } from '../../form/values';
import { attempt } from '../../stores/studio.svelte';

class Planning {
  /** The card, and what was changed of its options. */
  chosen = $state('');
  values = $state<Values>({});
  /** The job that works it out. */
  job = $state('');
  /** What was asked for when it began: the workspace, the card and all options. */
  asked = $state.raw('');
  #forecast = $state.raw<{ of: string; told: Forecast } | null>(null);

  choose(card: string) {
    this.chosen = card;
    this.values = {};
  }
  forget() {
    this.choose('');
    this.job = '';
    this.#forecast = null;
  }
  /** The forecast of just this; none of other options. */
  of(key: string): Forecast | null {
    return this.#forecast?.of === key ? this.#forecast.told : null;
  }

  async begin(key: string, card: ModelCard, options: Values): Promise<void> {
    this.job = ''; // the job before says nothing of this
    this.asked = key;
    const asked = await attempt(api.start({ verb: card.verb, options: { ...options, ...card.plan }, at_once: true }));
    if (this.asked === key) this.job = asked?.job ?? '';
  }
  /** Reads what the job has found, once it is done. */
  async take(job: Job | undefined): Promise<void> {
    const of = this.asked;
    if (job?.state !== 'done' || job.job !== this.job || this.of(of)) return;
    try {
      const read = await api.job(job.job);
      if (this.job === job.job) this.#forecast = { of, told: read.report as unknown as Forecast };
    } catch {
      // The stream tells when nobody answers any more.
    }
  }
}

export const planning = new Planning();
