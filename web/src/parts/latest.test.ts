import { expect, test } from 'vitest';
import { latest } from './latest';

const later = <T>() => {
  let [go, fail]: [(value: T) => void, (error: unknown) => void] = [() => undefined, () => undefined];
  const work = new Promise<T>((resolve, reject) => ([go, fail] = [resolve, reject]));
  return { work, go, fail };
};

test('of two answers in the wrong order only that to the last question is taken', async () => {
  const only = latest();
  const [one, two] = [later<string>(), later<string>()];
  const taken: string[] = [];
  const ends = [only(one.work, (read) => taken.push(read)), only(two.work, (read) => taken.push(read))];
  two.go('second');
  await ends[1];
  one.go('first');
  await ends[0];
  expect(taken).toEqual(['second']);
});

test('a failure is told of the last question alone', async () => {
  const only = latest();
  const [one, two] = [later<string>(), later<string>()];
  const told: unknown[] = [];
  const ends = [one, two].map(({ work }) => only(work, () => undefined, (error) => told.push(error)));
  one.fail('first');
  two.fail('second');
  await Promise.all(ends);
  expect(told).toEqual(['second']);
});
