import { actionNames, actions, isOn, type ActionName } from './actions';
import { place, screens } from '../stores/place.svelte';

const storage = 'keys';

function kept(): Partial<Record<ActionName, string>> {
  try {
    const read: unknown = JSON.parse(localStorage.getItem(storage) ?? '{}');
    return typeof read === 'object' && read !== null ? (read as Partial<Record<ActionName, string>>) : {};
  } catch {
    return {};
  }
}

export function keysOf(action: ActionName): string {
  const own = kept()[action];
  return typeof own === 'string' ? own : actions[action].keys;
}

/** Binds other keys; without any, the default ones again. */
export function bindKeys(action: ActionName, keys: string | null) {
  const all = kept();
  if (keys === null) delete all[action];
  else all[action] = keys;
  localStorage.setItem(storage, JSON.stringify(all));
}

/** What has these keys already on a screen that it shares with the action; whichever stands first would take them. */
export const taken = (action: ActionName, keys: string): ActionName | undefined =>
  actionNames.find((other) => other !== action && keysOf(other) === keys && screens.some((screen) => isOn(other, screen) && isOn(action, screen)));

export function pressed(event: Pick<KeyboardEvent, 'code' | 'ctrlKey' | 'metaKey' | 'shiftKey' | 'altKey'>): string {
  const held = [event.ctrlKey || event.metaKey ? 'Ctrl' : '', event.altKey ? 'Alt' : '', event.shiftKey ? 'Shift' : ''];
  return [...held.filter(Boolean), event.code].join('+');
}

/** As it stands on the keyboard: "Ctrl K". */
export function shown(keys: string): string {
  const named: Record<string, string> = { Period: '.', Comma: ',', BracketLeft: '[', BracketRight: ']', Slash: '/' };
  return keys.replace('Shift+Slash', '?').replace(/Period|Comma|BracketLeft|BracketRight|Slash/, (name) => named[name] ?? name)
    .replace(/Key|Digit/g, '').replaceAll('+', ' ');
}

// Into what one types, and what is moved or pressed by some keys alone.
const writes = (target: EventTarget | null) =>
  target instanceof HTMLElement &&
  (target.isContentEditable || /^(TEXTAREA|SELECT)$/.test(target.tagName) ||
    (target instanceof HTMLInputElement && !/^(checkbox|radio|range|button)$/.test(target.type)));
// A button that was clicked does not keep the space bar for itself; one that was reached by keys does.
const takes = (target: EventTarget | null, keys: string) =>
  target instanceof HTMLElement && target.matches(':focus-visible') &&
  ((keys === 'Enter' && /^(BUTTON|A|SUMMARY|INPUT)$/.test(target.tagName)) ||
    (keys === 'Space' && /^(BUTTON|SUMMARY|INPUT)$/.test(target.tagName)) ||
    (target instanceof HTMLInputElement && target.type === 'range' && /^(Home|End|Arrow|Page)/.test(keys)));

const closes = (name: ActionName) => (name === 'palette' && place.palette) || (name === 'help' && place.help);

export function onKey(event: KeyboardEvent) {
  const keys = pressed(event);
  const found = actionNames.find((name) => keysOf(name) === keys && isOn(name, place.screen));
  // What is written in has the keys of a screen itself: Ctrl-A chooses its text, Ctrl-Z takes that back.
  if (!found || (writes(event.target) && ((!event.ctrlKey && !event.metaKey) || 'scope' in actions[found]))) return;
  if (takes(event.target, keys)) return;
  // Behind a dialog nothing has keys: a digit would throw away a form that was filled in. What opened it closes it too.
  if (document.querySelector('[aria-modal=true]') && !closes(found)) return;
  event.preventDefault();
  actions[found].run();
}
