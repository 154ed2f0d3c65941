// The little of Markdown that the guide is written in, as values that a component draws: no text becomes markup.
export interface Span {
  kind: 'text' | 'strong' | 'em' | 'code';
  text: string;
}
export type Block =
  | { kind: 'title'; spans: Span[] }
  | { kind: 'text'; spans: Span[] }
  | { kind: 'list'; items: Span[][] }
  | { kind: 'picture'; name: string; alt: string };

export function spansOf(text: string): Span[] {
  const spans: Span[] = [];
  let from = 0;
  for (const found of text.matchAll(/\*\*(.+?)\*\*|\*(.+?)\*|`(.+?)`/g)) {
    if (found.index > from) spans.push({ kind: 'text', text: text.slice(from, found.index) });
    const kind = found[1] !== undefined ? 'strong' : found[2] !== undefined ? 'em' : 'code';
    spans.push({ kind, text: found[1] ?? found[2] ?? found[3] ?? '' });
    from = found.index + found[0].length;
  }
  if (from < text.length) spans.push({ kind: 'text', text: text.slice(from) });
  return spans;
}

export function blocksOf(page: string): Block[] {
  return page.trim().split(/\n\s*\n/).map((part): Block => {
    const picture = /^!\[(.*)\]\(([\w-]+)\)$/.exec(part.trim());
    if (picture) return { kind: 'picture', alt: picture[1] ?? '', name: picture[2] ?? '' };
    if (part.startsWith('# ')) return { kind: 'title', spans: spansOf(part.slice(2)) };
    if (part.startsWith('- ')) return { kind: 'list', items: part.split(/\n(?=- )/).map((item) => spansOf(item.slice(2).replaceAll('\n', ' '))) };
    return { kind: 'text', spans: spansOf(part.replaceAll('\n', ' ')) };
  });
}
