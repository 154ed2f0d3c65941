// What is being brought in: goes on, and can be stopped, whichever screen one looks at.
import { api, Refused } from '../api/client';
import { Elsewhere, itemsOf, newBatch, send, type Dropped, type Item } from '../parts/upload';
import { t } from '../text/text.svelte';
import { attempt, connect, refresh, studio } from './studio.svelte';

const sizeOf = (items: Item[]) => items.flatMap((one) => one.files).reduce((sum, one) => sum + one.file.size, 0);
export const sidesWithVideo = () => {
  const sides = studio.workspace?.steps[0]?.sides;
  return { src: Boolean(sides?.src['video']), dst: Boolean(sides?.dst['video']) };
};

const letGo = (batch: string) => api.take(batch, '', '').catch(() => undefined);

class Bring {
  /** Replaced as a whole: files are not worth a proxy. */
  items = $state.raw<Item[]>([]);
  /** Bytes that are there, of `size`; -1: nothing is being sent. */
  sent = $state(-1);
  size = $state(0);
  told = $state('');
  #stopped = false;
  #under_way: Promise<void> = Promise.resolve();

  look(found: Dropped[]) {
    if (this.sent >= 0) return;
    void this.drop();
    this.items = itemsOf(found, sidesWithVideo().src ? 'dst' : 'src');
    this.told = '';
  }
  /** Nothing of it is wanted any more, and what lies ready at the server goes too. */
  async drop(): Promise<void> {
    const kept = this.items.map((one) => one.kept);
    this.items = [];
    for (const one of kept) if (one && one.root === studio.workspace?.root) await letGo(one.batch);
  }
  change(at: number, part: Partial<Item>) {
    this.items = this.items.map((one, i) => (i === at ? { ...one, ...part } : one));
  }
  /** Each clip for the other side. */
  swap() {
    this.items = this.items.map((one) => ({ ...one, side: one.side === 'src' ? 'dst' : 'src' }));
  }
  /** Ends behind the piece that is under way; what was chosen stays chosen. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#under_way;
  }
  take(): Promise<void> {
    if (this.sent < 0) this.#under_way = this.#take();
    return this.#under_way;
  }

  async #take(): Promise<void> {
    const root = studio.workspace?.root ?? '';
    const elsewhere = () => !!studio.workspace && studio.workspace.root !== root;
    [this.#stopped, this.sent, this.size, this.told] = [false, 0, sizeOf(this.items), ''];
    let [before, moved] = [0, 0];
    for (const item of this.items) {
      const known = item.kept?.root === root ? item.kept : undefined;
      const batch = known?.batch ?? newBatch();
      const whole = known?.whole || (await this.#send(batch, item, before, () => this.#stopped || elsewhere()));
      let gone = false;
      const asked = () => api.take(batch, item.kind, item.side, item.name).catch((error: unknown) => {
        gone = error instanceof Refused && error.status === 404;
        throw error;
      });
      const taken = whole && !elsewhere() ? await attempt(asked()) : undefined;
      if (!taken) {
        // What was refused may be taken later, as another kind or for the other side: it is not to be sent again.
        const kept = !this.#stopped && !elsewhere() && !gone ? { batch, root, whole } : undefined;
        this.items = this.items.map((one) => (one === item ? { ...one, kept } : one));
        if (elsewhere()) studio.error = t('bring.elsewhere');
        else if (!kept) await letGo(batch);
        break;
      }
      before += sizeOf([item]);
      moved += taken.moved ?? 0;
      this.items = this.items.filter((one) => one !== item);
      this.told = taken.job ? t('bring.importing') : t('bring.done', { count: moved });
      if (taken.workspace) await connect();
      else await refresh();
    }
    this.sent = -1;
  }
  async #send(batch: string, item: Item, before: number, stopped: () => boolean): Promise<boolean> {
    const sending = send(batch, item.files, (there) => (this.sent = before + there), stopped).catch((error: unknown) => {
      if (error instanceof Elsewhere) throw new Error(t('bring.elsewhere'));
      throw error;
    });
    return (await attempt(sending)) ?? false;
  }
}

export const bring = new Bring();
