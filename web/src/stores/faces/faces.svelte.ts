// The faces of a side as the screen shows them: the list that is asked for, what is chosen of it, and changes.
import { tick } from 'svelte';
import { Refused } from '../../api/client';
import { facesApi, type Change, type Changed, type FaceRow, type Measures, type Person } from '../../api/faces';
import type { Side } from '../../api/film';
import { place } from '../place.svelte';
import { attempt, studio } from '../studio.svelte';
import { clicked, range, type Held } from './choosing';
import { holds, joined, place as placeOf, without } from './words';

export const faceViews = ['wall', 'map', 'persons', 'coverage', 'trash'] as const;
export type FaceView = (typeof faceViews)[number];
export const windowSize = 200;

class Faces {
  /** Whose the list and all numbers in it are: for a moment still the side before. */
  side: Side = place.side;
  view = $state<FaceView>('wall');
  filter = $state('');
  order = $state('name');
  down = $state(false);
  fold = $state(false);
  /** A face whose folded ones are shown; 0: none. */
  like = $state(0);
  /** The key of a choice that alone is shown. */
  only = $state('');
  size = $state(128);
  details = $state(true);

  total = $state(0);
  all = $state(0);
  unmeasured = $state(0);
  trouble = $state('');
  undo = $state('');
  redo = $state('');
  version = $state(0);
  loaded = $state(false);
  busy = $state(false);
  wrong = $state<{ from: number; to: number; message: string } | null>(null);
  told = $state<(Changed & { back: boolean }) | null>(null);
  /** Those that are being thrown out. */
  leaving = $state.raw(new Set<number>());

  /** Of the one under the keys, in the list; -1: none. */
  cursor = $state(-1);
  jump = $state.raw<{ to: number } | null>(null);
  // Large, and replaced as a whole.
  pages = $state.raw(new Map<number, FaceRow[]>());
  ids = $state.raw<ArrayLike<number>>([]);
  chosen = $state.raw({ ids: new Set<number>(), anchor: -1 });
  measures = $state.raw<Measures | null>(null);
  persons = $state.raw<Person[] | null>(null);

  #epoch = '';
  #asked = new Set<number>();
  #turn = 0;
  /** How many changes moved the list, and where the keys were before the first that is still under way. */
  #changes = 0;
  #under = -1;
  #loading: Promise<boolean> = Promise.resolve(false);

  get query(): string {
    const asked = new URLSearchParams({ order: this.order });
    if (this.filter.trim()) asked.set('filter', this.filter);
    if (this.down) asked.set('down', '1');
    if (this.fold) asked.set('fold', '1');
    if (this.like) asked.set('like', String(this.like));
    if (this.only) asked.set('only', this.only);
    return asked.toString();
  }

  row(at: number): FaceRow | undefined {
    return this.pages.get(Math.floor(at / windowSize))?.[at % windowSize];
  }
  get chosenIds(): number[] {
    return [...this.chosen.ids];
  }

  /** Asks for the list anew; what is chosen of it stays chosen. */
  load(): Promise<boolean> {
    return (this.#loading = this.#read(++this.#turn));
  }
  /** Waits for the list that was asked for last, whoever asked; false where it could not be had. */
  async #newest(): Promise<boolean> {
    for (;;) {
      const waited = this.#loading;
      const read = await waited;
      if (waited === this.#loading) return read;
    }
  }
  async #read(turn: number): Promise<boolean> {
    const { side } = this;
    const { query } = this;
    this.busy = true;
    const { filter } = this;
    try {
      if (filter.trim()) {
        const { wrong } = await facesApi.filter(filter);
        if (turn !== this.#turn) return false;
        this.wrong = wrong ? { ...placeOf(filter, wrong.at, wrong.length), message: wrong.message } : null;
        if (wrong) return false;
      }
      const [first, numbers] = await Promise.all([facesApi.list(side, query, 0, windowSize), facesApi.numbers(side, query, [])]);
      if (turn !== this.#turn) return false;
      if (numbers.version !== first.version) return void this.load(), false; // something changed between the two
      const { total, all, unmeasured, trouble, undo, redo, version } = first;
      Object.assign(this, { total, all, unmeasured, trouble, undo, redo, version, wrong: null, loaded: true });
      this.#epoch = first.epoch;
      this.#asked = new Set([0]);
      this.pages = new Map([[0, first.faces]]);
      this.ids = numbers.ids;
      this.cursor = Math.min(this.cursor, total - 1);
      void this.measure();
      return true;
    } catch (error) {
      if (turn === this.#turn) this.#refused(error);
      return false;
    } finally {
      if (turn === this.#turn) this.busy = false;
    }
  }

  #refused(error: unknown) {
    if (!(error instanceof Refused)) return; // nobody answers: the frame of the page says so
    if (error.code === 'not_found' && this.only) void this.showOnly([]);
    else studio.error = error.message;
  }

  /** A window of the list, where it is not there yet. */
  async fetch(at: number): Promise<void> {
    if (this.#asked.has(at)) return;
    this.#asked.add(at);
    const turn = this.#turn;
    try {
      const read = await facesApi.list(this.side, this.query, at * windowSize, windowSize);
      if (turn !== this.#turn) return;
      if (read.version !== this.version || read.epoch !== this.#epoch) return void this.load();
      this.pages = new Map(this.pages).set(at, read.faces);
    } catch {
      this.#asked.delete(at);
    }
  }

  async measure(): Promise<void> {
    const { side } = place;
    const [measures, told] = await Promise.all([facesApi.measures(side), facesApi.persons(side)]).catch(() => [null, null]);
    if (measures && told && side === place.side) [this.measures, this.persons] = [measures, told.persons];
  }

  /** Another side, or another workspace: nothing of before holds. */
  reset(): void {
    this.side = place.side;
    ++this.#turn;
    ++this.#changes;
    Object.assign(this, { like: 0, only: '', cursor: -1, loaded: false, total: 0, all: 0, told: null, leaving: new Set() });
    this.pages = new Map();
    this.ids = [];
    this.persons = null;
    this.clear();
  }

  click(at: number, held: Held): void {
    this.chosen = clicked(this.chosen, this.ids, at, held);
    this.cursor = at;
  }
  chooseAll(): void {
    this.chosen = { ids: new Set(range(this.ids, 0, this.ids.length - 1)), anchor: 0 };
  }
  choose(ids: Iterable<number>): void {
    this.chosen = { ids: new Set(ids), anchor: -1 };
  }
  clear(): void {
    this.chosen = { ids: new Set(), anchor: -1 };
  }
  go(to: number): void {
    if (this.total === 0) return;
    this.jump = { to: Math.max(0, Math.min(this.total - 1, to)) };
    void this.fetch(Math.floor(this.jump.to / windowSize)); // on its way while the wall is still being moved
    this.click(this.jump.to, { ctrl: false, shift: false });
  }

  /** Shows these alone; all again where there are none. */
  async showOnly(ids: number[]): Promise<void> {
    const kept = ids.length ? await attempt(facesApi.choice(this.side, this.#epoch, ids)) : { only: '' };
    if (kept) this.only = kept.only;
  }
  /** Adds the condition to the filter, or takes it away again. */
  narrow(condition: string): void {
    this.filter = holds(this.filter, condition) ? without(this.filter, condition) : joined(this.filter, condition);
  }

  /** Does it as one change, and shows what became of it. */
  async change(change: Change): Promise<Changed | undefined> {
    this.told = null;
    const { chosen, cursor } = this;
    const goes = change.do === 'throw-out' || change.do === 'keep-persons';
    const first = Math.max(0, Array.prototype.findIndex.call(this.ids, (id: number) => chosen.ids.has(id)));
    const moves = goes || change.do === 'undo' || change.do === 'redo';
    const mine = moves ? ++this.#changes : this.#changes;
    if (moves) {
      // Before it is done: nobody is to ask for the picture of what is no longer there.
      if (goes) this.leaving = new Set([...this.leaving, ...chosen.ids]);
      if (cursor >= 0) this.#under = goes ? first : cursor;
      this.clear();
      this.cursor = -1;
      await tick();
    }
    const done = await attempt(facesApi.change(this.side, { ...change, epoch: this.#epoch }));
    if (done) void this.load();
    // Meanwhile the list may have been asked for once more, as where a job ended: in the one of before stand faces that are gone.
    const read = done ? await this.#newest() : false;
    if (mine !== this.#changes) return done; // the last of several says what is under the keys
    if (done && moves && read) this.cursor = Math.min(this.#under, this.total - 1);
    if (done) this.told = { ...done, back: change.do === 'undo' };
    else if (moves) Object.assign(this, { chosen, cursor });
    if (moves) this.leaving = new Set();
    return done;
  }
  async throwOut(): Promise<void> {
    const ids = this.chosenIds;
    if (ids.length) await this.change({ do: 'throw-out', ids });
  }
  async mark(): Promise<void> {
    const ids = this.chosenIds;
    const marked = this.chosen.ids.size > 0 && [...this.pages.values()].flat().some((row) => row.marked && this.chosen.ids.has(row.id));
    if (ids.length) await this.change({ do: 'mark', ids, on: !marked });
  }
}

export const faces = new Faces();
