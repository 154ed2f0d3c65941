// @vitest-environment node
import { beforeAll, expect, test } from 'vitest';
import { blocksOf, spansOf } from './markdown';

beforeAll(() => {
  Object.assign(globalThis, {
    localStorage: { getItem: () => null, setItem: () => undefined },
    location: { pathname: '/' },
    addEventListener: () => undefined,
  });
});

test('text, emphasis, keys, lists and pictures', () => {
  expect(spansOf('a **b** *c* `d` <e>')).toEqual([
    { kind: 'text', text: 'a ' }, { kind: 'strong', text: 'b' }, { kind: 'text', text: ' ' }, { kind: 'em', text: 'c' },
    { kind: 'text', text: ' ' }, { kind: 'code', text: 'd' }, { kind: 'text', text: ' <e>' }]);
  expect(blocksOf('# T\n\none\ntwo\n\n- a\n  b\n- c\n\n![x](studio-home)').map((block) => block.kind)).toEqual(['title', 'text', 'list', 'picture']);
});

test('both languages tell every step, with as many points and the same pictures', async () => {
  const { pageNames, pageOf, pageText } = await import('./pages');
  const { screens } = await import('../stores/place.svelte');
  const shape = (text: string) => blocksOf(text).map((block) => (block.kind === 'list' ? `list ${block.items.length}` : block.kind === 'picture' ? block.name : block.kind));
  for (const page of pageNames) {
    expect(pageText('en', page).length, page).toBeGreaterThan(300);
    expect(shape(pageText('zh', page)), page).toEqual(shape(pageText('en', page)));
    expect(pageText('zh', page), page).toMatch(/[\u4e00-\u9fff]/);
  }
  for (const screen of screens) expect(pageNames).toContain(pageOf[screen]);
});

test('the guide calls nothing changeable while it runs that is not', async () => {
  const { default: text } = await import('../../../docs/schema.json?raw');
  const { pageNames, pageText } = await import('./pages');
  const schema = JSON.parse(text) as {
    verbs: { options: { key: string; when: string }[] }[];
  };
  const live = new Set(schema.verbs.flatMap((verb) => verb.options.filter((one) => one.when === 'live').map((one) => one.key)));
  expect(live.size).toBeGreaterThan(2);
  for (const page of pageNames)
    for (const language of ['en', 'zh'] as const)
      for (const line of pageText(language, page).split('\n').filter((one) => /while it (runs|trains)|运行(中|时)(更改|修改)/.test(one))) {
        const named = [...line.matchAll(/`([a-z-]+)`/g)].map((found) => found[1] as string);
        expect(named.length, line).toBeGreaterThan(0);
        for (const key of named) expect(live, line).toContain(key);
      }
});

test('one word for the points of a face', async () => {
  const { pageNames, pageText } = await import('./pages');
  const { zh } = await import('../text/zh');
  for (const text of [...pageNames.map((page) => pageText('zh', page)), ...Object.values(zh)]) expect(text).not.toContain('关键点');
});
