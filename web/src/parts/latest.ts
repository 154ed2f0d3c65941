/** Gives an answer on, unless another was asked for meanwhile: an older one may come last. */
export function latest() {
  let turn = 0;
  return async <T>(work: Promise<T>, take: (read: T) => void, failed?: (error: unknown) => void): Promise<void> => {
    const mine = ++turn;
    try {
      const read = await work;
      if (mine === turn) take(read);
    } catch (error) {
      if (mine === turn) failed?.(error);
    }
  };
}
