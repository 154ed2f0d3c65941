// What the players do: rows of the action table.
import type { Action } from './actions';
import { found } from '../film/film.svelte';
import { look, mark, show } from '../film/look.svelte';
import { go, jump, nextZoom, player, step, stepSeconds, toggle } from '../film/player.svelte';
import { reports } from '../film/report.svelte';
import { nextWhere } from '../film/time';
import { place, type Screen } from '../stores/place.svelte';

const players: Screen[] = ['frames', 'result'];
const onResult: Screen[] = ['result'];
const onFrames: Screen[] = ['frames'];

/** To the next frame that somebody should look at. */
function seek(way: 1 | -1, holds: (frame: number) => boolean) {
  const frame = nextWhere(player.count, player.at, way, holds);
  if (frame !== null) go(frame);
}
const bad = (frame: number) => (reports.check?.severity[frame] ?? 0) > 0;
const faceless = (frame: number) => found[place.side]?.frames?.[frame] === '-';

export const filmActions = {
  play: { text: 'act.play', keys: 'Space', scope: players, run: () => void toggle() },
  frameNext: { text: 'act.frameNext', keys: 'Period', scope: players, run: () => step(1) },
  framePrevious: { text: 'act.framePrevious', keys: 'Comma', scope: players, run: () => step(-1) },
  secondNext: { text: 'act.secondNext', keys: 'Shift+Period', scope: players, run: () => stepSeconds(1) },
  secondPrevious: { text: 'act.secondPrevious', keys: 'Shift+Comma', scope: players, run: () => stepSeconds(-1) },
  shotNext: { text: 'act.shotNext', keys: 'BracketRight', scope: players, run: () => jump(1) },
  shotPrevious: { text: 'act.shotPrevious', keys: 'BracketLeft', scope: players, run: () => jump(-1) },
  frameFirst: { text: 'act.frameFirst', keys: 'Home', scope: players, run: () => go(0) },
  frameLast: { text: 'act.frameLast', keys: 'End', scope: players, run: () => go(player.count - 1) },
  zoom: { text: 'act.zoom', keys: 'KeyZ', scope: players, run: nextZoom },
  showPlate: { text: 'act.showPlate', keys: 'KeyP', scope: onResult, run: () => show('plate') },
  showResult: { text: 'act.showResult', keys: 'KeyR', scope: onResult, run: () => show('result') },
  showMatte: { text: 'act.showMatte', keys: 'KeyM', scope: onResult, run: () => show('matte') },
  showWipe: { text: 'act.showWipe', keys: 'KeyW', scope: onResult, run: () => show('wipe') },
  showDifference: { text: 'act.showDifference', keys: 'KeyD', scope: onResult, run: () => show('difference') },
  showSheet: { text: 'act.showSheet', keys: 'KeyS', scope: onResult, run: () => (look.sheet = !look.sheet) },
  badNext: { text: 'act.badNext', keys: 'KeyN', scope: onResult, run: () => seek(1, bad) },
  badPrevious: { text: 'act.badPrevious', keys: 'KeyB', scope: onResult, run: () => seek(-1, bad) },
  gapNext: { text: 'act.gapNext', keys: 'KeyN', scope: onFrames, run: () => seek(1, faceless) },
  gapPrevious: { text: 'act.gapPrevious', keys: 'KeyB', scope: onFrames, run: () => seek(-1, faceless) },
  showFound: { text: 'act.showFound', keys: 'KeyF', scope: onFrames, run: () => (look.found = !look.found) },
  markIn: { text: 'act.markIn', keys: 'KeyI', scope: onFrames, run: () => mark('from', player.at) },
  markOut: { text: 'act.markOut', keys: 'KeyO', scope: onFrames, run: () => mark('to', player.at) },
} satisfies Record<string, Action>;
