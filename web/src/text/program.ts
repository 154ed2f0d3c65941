// What the program itself says, in the language of the page; what is newer than the page stands as it is.
import type { OptionRow, Verb } from '../api/types';
import { helpZh } from './help.zh';
import { argumentsZh, groupsZh, labelsZh, summariesZh } from './program.zh';
import { language } from './text.svelte';

const inChinese = () => language.now === 'zh';

export const labelOf = (row: OptionRow): string => (inChinese() ? labelsZh[row.label] : undefined) ?? (row.label || row.key);
export const helpOf = (row: OptionRow): string => (inChinese() ? helpZh[row.help] : undefined) ?? row.help;
export const argumentOf = (help: string): string => (inChinese() ? argumentsZh[help] : undefined) ?? help;
export const groupOf = (group: string): string => (inChinese() ? groupsZh[group] : undefined) ?? group;
export const summaryOf = (verb: Verb): string => (inChinese() ? summariesZh[verb.name] : undefined) ?? verb.summary;
