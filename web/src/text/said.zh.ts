// All Chinese texts of what jobs and the server say: loaded when the page is Chinese (said.svelte.ts), so it imports nothing that
// the page itself holds.
import { libZh } from './said.lib.zh';
import { serverZh } from './said.server.zh';
import { stepsZh } from './said.steps.zh';
import { trainingZh } from './said.training.zh';
import { countedZh, othersZh, stagesZh, wordsZh } from './said.words.zh';
import { Sayings } from './sayings';

export const textsZh: Record<string, string> = { ...libZh, ...trainingZh, ...stepsZh, ...serverZh };

/** With what else may stand in a text, such as the help of an argument. */
export const sayingsZh = (more: Record<string, string>) => new Sayings({ texts: { ...othersZh, ...more, ...textsZh }, words: wordsZh });
export { countedZh, stagesZh };
