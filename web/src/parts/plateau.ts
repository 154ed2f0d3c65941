// Whether a loss has stopped falling.

const least = 3000; // iterations before which nothing is said
const part = 0.25;
const learned = 0.005; // of the loss: less between two quarters counts as nothing

const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

/** The mean of the last quarter of the iterations is not below that of the quarter before, by a two-hundredth of it. */
export function flat(at: number[], values: (number | null)[]): boolean {
  const last = at.at(-1) ?? 0;
  const first = at[0] ?? 0;
  if (last - first < least) return false;
  const span = (last - first) * part;
  const between = (from: number, to: number) =>
    values.filter((value, i): value is number => value !== null && (at[i] as number) > from && (at[i] as number) <= to);
  const now = between(last - span, last);
  const then = between(last - 2 * span, last - span);
  if (now.length < 5 || then.length < 5) return false;
  return mean(now) > mean(then) * (1 - learned);
}
