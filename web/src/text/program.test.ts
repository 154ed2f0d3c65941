// @vitest-environment node
import { beforeAll, expect, test } from 'vitest';
import schemaText from '../../../docs/schema.json?raw';
import type { OptionRow, Schema } from '../api/types';
import { helpZh } from './help.zh';
import { argumentsZh, groupsZh, labelsZh, summariesZh } from './program.zh';

beforeAll(() => {
  Object.assign(globalThis, {
    localStorage: { getItem: () => null, setItem: () => undefined },
    document: { documentElement: {} },
  });
});
const schema = JSON.parse(schemaText) as Schema;
const rows = schema.verbs.flatMap((verb) => verb.options);
const sorted = (all: Iterable<string>) => [...new Set(all)].filter(Boolean).sort();

test('every label, group and verb that a form shows has Chinese words, and there are none too many', () => {
  expect(sorted(Object.keys(labelsZh))).toEqual(sorted(rows.map((row) => row.label)));
  expect(sorted(Object.keys(groupsZh))).toEqual(sorted(rows.map((row) => row.group)));
  expect(sorted(Object.keys(argumentsZh))).toEqual(sorted(schema.verbs.filter((verb) => verb.keeps_log).flatMap((verb) => verb.positionals.map((one) => one.help))));
  expect(sorted(Object.keys(summariesZh))).toEqual(sorted(schema.verbs.filter((verb) => verb.keeps_log).map((verb) => verb.name)));
  for (const text of Object.values(summariesZh)) expect(text).toMatch(/[\u4e00-\u9fff]/);
});

test('the help of every option is Chinese too, and names what the English one names', () => {
  const all = schema.verbs.filter((verb) => verb.keeps_log).flatMap((verb) => verb.options.map((row) => row.help));
  expect(sorted(Object.keys(helpZh))).toEqual(sorted(all));
  const named = (text: string) => [...text.matchAll(/--[a-z-]+|`[^`]+`|\d+(\.\d+)?/g)].map((found) => found[0]);
  for (const [english, chinese] of Object.entries(helpZh)) {
    expect(chinese, english).toMatch(/[\u4e00-\u9fff]/);
    for (const one of named(english)) expect(chinese, english).toContain(one);
  }
});

test('options of one verb are told apart in Chinese too', () => {
  for (const verb of schema.verbs) {
    const english = new Set(verb.options.map((row) => row.label));
    const chinese = new Set(verb.options.map((row) => labelsZh[row.label]));
    expect(chinese.size, verb.name).toBe(english.size);
  }
});

test('what is newer than the page stands as it is', async () => {
  const { labelOf } = await import('./program');
  const { setLanguage } = await import('./text.svelte');
  setLanguage('zh');
  expect(labelOf({ key: 'k', label: 'Newer' } as OptionRow)).toBe('Newer');
  expect(labelOf({ key: 'k', label: '' } as OptionRow)).toBe('k');
  setLanguage('en');
});
