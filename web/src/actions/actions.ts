// Everything that can be done by key, button or palette: one row each. Names are permanent, for people keep bindings.
import type { TextKey } from '../text/en';
import { go, place, toggleGuide, toggleJobs, type Screen } from '../stores/place.svelte';
import { language, setLanguage } from '../text/text.svelte';
import { facesActions } from './faces';
import { filmActions } from './film';
import { trainingActions } from './training';

export interface Action {
  text: TextKey;
  /** Default keys as KeyboardEvent.code with what is held: "Ctrl+KeyK". */
  keys: string;
  /** The screens on which its keys are its own; without, all. */
  scope?: Screen[];
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
  guide: { text: 'act.guide', keys: 'KeyH', run: toggleGuide },
  language: { text: 'act.language', keys: 'KeyL', run: () => setLanguage(language.now === 'en' ? 'zh' : 'en') },
  ...facesActions,
  ...filmActions,
  ...trainingActions,
} satisfies Record<string, Action>;

export type ActionName = keyof typeof actions;
export const actionNames = Object.keys(actions) as ActionName[];
export const actionOf = (name: ActionName): Action => actions[name];
/** Whether it can be done on that screen. */
export const isOn = (name: ActionName, screen: Screen): boolean => actionOf(name).scope?.includes(screen) ?? true;
