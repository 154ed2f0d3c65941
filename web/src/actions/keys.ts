import { actionNames, actions, type ActionName } from './actions';

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

export function pressed(event: Pick<KeyboardEvent, 'code' | 'ctrlKey' | 'metaKey' | 'shiftKey' | 'altKey'>): string {
  const held = [event.ctrlKey || event.metaKey ? 'Ctrl' : '', event.altKey ? 'Alt' : '', event.shiftKey ? 'Shift' : ''];
  return [...held.filter(Boolean), event.code].join('+');
}

/** As it stands on the keyboard: "Ctrl K". */
export function shown(keys: string): string {
  return keys.replace('Shift+Slash', '?').replace(/Key|Digit/g, '').replaceAll('+', ' ');
}

const writes = (target: EventTarget | null) =>
  target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));

export function onKey(event: KeyboardEvent) {
  const keys = pressed(event);
  const found = actionNames.find((name) => keysOf(name) === keys);
  if (!found || (writes(event.target) && !event.ctrlKey && !event.metaKey)) return;
  event.preventDefault();
  actions[found].run();
}
