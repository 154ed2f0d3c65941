// @vitest-environment node
import { beforeAll, expect, test } from 'vitest';

class Node {
  isConnected = true;
  tabIndex = 0;
  focused = 0;
  inner: Node[] = [];
  getClientRects = () => [0];
  querySelectorAll = () => this.inner;
  contains = (one: Node) => this === one || this.inner.includes(one);
  focus() {
    this.focused += 1;
    page.activeElement = this;
  }
}
const page: { activeElement: Node | null } = { activeElement: null };
const listeners = new Set<(event: object) => void>();
function press(key: string, shiftKey = false) {
  let over = false;
  const event = { key, shiftKey, prevented: false, preventDefault: () => (event.prevented = true), stopImmediatePropagation: () => (over = true) };
  for (const listener of [...listeners]) if (!over) listener(event);
  return event.prevented;
}
beforeAll(() => {
  Object.assign(globalThis, {
    HTMLElement: Node,
    document: page,
    addEventListener: (_: string, listener: (event: object) => void) => listeners.add(listener),
    removeEventListener: (_: string, listener: (event: object) => void) => listeners.delete(listener),
  });
});

test('Tab goes round in the uppermost dialog, Escape closes it alone, and the focus comes back', async () => {
  const { modal } = await import('./modal');
  const [opener, lower, upper] = [new Node(), new Node(), new Node()];
  lower.inner = [new Node(), new Node()];
  upper.inner = [new Node(), new Node(), new Node()];
  const closed: string[] = [];
  opener.focus();
  const below = modal(() => closed.push('lower'))(lower as unknown as HTMLElement);
  lower.inner[0]?.focus();
  const above = modal(() => closed.push('upper'))(upper as unknown as HTMLElement);
  upper.inner[2]?.focus();
  expect(press('Tab')).toBe(true);
  expect(page.activeElement).toBe(upper.inner[0]);
  expect(press('Tab'), 'within it the browser moves on').toBe(false);
  expect(press('Tab', true)).toBe(true);
  expect(page.activeElement).toBe(upper.inner[2]);
  opener.focus(); // a click beside it
  expect(press('Tab')).toBe(true);
  expect(page.activeElement).toBe(upper.inner[0]);
  press('Escape');
  expect(closed).toEqual(['upper']);
  above.destroy();
  expect(page.activeElement).toBe(lower.inner[0]);
  press('Escape');
  expect(closed).toEqual(['upper', 'lower']);
  below.destroy();
  expect([page.activeElement, listeners.size]).toEqual([opener, 0]);
});

test('a dialog that takes the place of another gives the focus to what had it before both', async () => {
  const { modal } = await import('./modal');
  const [opener, palette, dialog] = [new Node(), new Node(), new Node()];
  const field = new Node();
  palette.inner = [field];
  opener.focus();
  const first = modal(() => undefined)(palette as unknown as HTMLElement);
  field.focus();
  const second = modal(() => undefined)(dialog as unknown as HTMLElement);
  field.isConnected = false;
  const [had, dialogs] = [opener.focused, dialog.focused];
  first.destroy();
  expect([opener.focused, dialog.focused], 'the one below does not take the focus from the one above').toEqual([had, dialogs]);
  second.destroy();
  expect(page.activeElement).toBe(opener);
});
