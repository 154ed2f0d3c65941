import { expect, test } from 'vitest';
import type { OptionRow, Verb } from '../api/types';
import { changed, defaults, grouped, parsed } from './values';

const row = (more: Partial<OptionRow>): OptionRow => ({
  key: 'k', label: 'K', help: 'what it does', group: '', kind: 'text', default: '', when: 'start', advanced: false, ...more,
});
const verb: Verb = {
  name: 'v', summary: '', examples: [], positionals: [], commands: [], keeps_log: true,
  options: [
    row({ key: 'size', kind: 'integer', default: 8, min: 1, max: 64 }),
    row({ key: 'loud', kind: 'boolean', default: false, group: 'sound' }),
    row({ key: 'deep', kind: 'number', default: 0.5, advanced: true }),
  ],
};

test('only what differs from the defaults is sent', () => {
  const values = defaults(verb);
  expect(changed(verb, values)).toEqual({});
  expect(changed(verb, { ...values, size: 9, loud: true, deep: 0.5 })).toEqual({ size: 9, loud: true });
});

test('what was typed is a value of its row, or none', () => {
  const size = verb.options[0] as OptionRow;
  expect(['8', '8.5', '', 'x', '0', '65', '64'].map((text) => parsed(size, text))).toEqual([8, null, null, null, null, null, 64]);
  expect(parsed(row({ kind: 'path' }), '/a b')).toBe('/a b');
});

test('advanced rows come when they are asked for or sought', () => {
  const keys = (advanced: boolean, sought: string) => grouped(verb.options, advanced, sought).flatMap((group) => group.rows.map((one) => one.key));
  expect(keys(false, '')).toEqual(['size', 'loud']);
  expect(keys(true, '')).toEqual(['size', 'deep', 'loud']);
  expect(keys(false, 'deep')).toEqual(['deep']);
  expect(keys(false, 'nothing')).toEqual([]);
  expect(grouped(verb.options, false, '深', (one) => (one.key === 'deep' ? '深度' : '')).flatMap((group) => group.rows.map((one) => one.key))).toEqual(['deep']);
});
