// Everything that can be done by key, button or palette: one row each. Names are permanent, for people keep bindings.
import type { TextKey } from '../text/en';
import { go, place, toggleJobs } from '../stores/place.svelte';
import { language, setLanguage } from '../text/text.svelte';

export interface Action {
  text: TextKey;
  /** Default keys as KeyboardEvent.code with what is held: "Ctrl+KeyK". */
  keys: string;
  run: () => void;
}

export const actions = {
  palette: { text: 'act.palette', keys: 'Ctrl+KeyK', run: () => (place.palette = !place.palette) },
  help: { text: 'act.help', keys: 'Shift+Slash', run: () => (place.help = !place.help) },
  home: { text: 'act.home', keys: 'Digit1', run: () => go('home') },
  frames: { text: 'act.frames', keys: 'Digit2', run: () => go('frames') },
  faces: { text: 'act.faces', keys: 'Digit3', run: () => go('faces') },
  train: { text: 'act.train', keys: 'Digit4', run: () => go('train') },
  merge: { text: 'act.merge', keys: 'Digit5', run: () => go('merge') },
  result: { text: 'act.result', keys: 'Digit6', run: () => go('result') },
  jobs: { text: 'act.jobs', keys: 'KeyJ', run: toggleJobs },
  side: { text: 'act.side', keys: 'KeyX', run: () => (place.side = place.side === 'src' ? 'dst' : 'src') },
  language: { text: 'act.language', keys: 'KeyL', run: () => setLanguage(language.now === 'en' ? 'zh' : 'en') },
} satisfies Record<string, Action>;

export type ActionName = keyof typeof actions;
export const actionNames = Object.keys(actions) as ActionName[];
