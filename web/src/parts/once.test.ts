import { expect, test } from 'vitest';
import { Once } from './once.svelte';

test('what is asked for twice is done once, and may be asked for again behind its end', async () => {
  const once = new Once();
  let end: () => void = () => undefined;
  let begun = 0;
  const work = () => new Promise<string>((go) => ((begun += 1), (end = () => go('done'))));
  const first = once.do(work);
  expect(once.busy).toBe(true);
  expect(await once.do(work)).toBeUndefined();
  expect(begun).toBe(1);
  end();
  expect(await first).toBe('done');
  expect(once.busy).toBe(false);
  await expect(once.do(() => Promise.reject(new Error('no')))).rejects.toThrow('no');
  expect(once.busy).toBe(false);
});
