// @vitest-environment node
import { expect, test } from 'vitest';
import type { Job, LossPage } from '../../api/types';
import { learn, modelOfJob } from './which.svelte';

test('a job trains the model that it was asked to train, until its log tells', () => {
  const job = (name: string, options: Job['options']) => ({ job: name, options }) as Job;
  expect(modelOfJob(job('1', {}))).toBe('');
  expect(modelOfJob(job('2', { model: 'mine' }))).toBe('mine');
  learn(job('2', {}), { model: 'mine 2' } as LossPage);
  expect(modelOfJob(job('2', { model: 'mine' }))).toBe('mine 2');
});
