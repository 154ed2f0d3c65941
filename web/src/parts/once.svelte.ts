/** One thing at a time: what is asked for while it is under way, as by a second click, is let go. */
export class Once {
  busy = $state(false);

  async do<T>(work: () => Promise<T>): Promise<T | undefined> {
    if (this.busy) return undefined;
    this.busy = true;
    try {
      return await work();
    } finally {
      this.busy = false;
    }
  }
}
