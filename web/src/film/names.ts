// What was measured, in words; a name that is newer than the page stands for itself.
import { en, type TextKey } from '../text/en';
import { t } from '../text/text.svelte';

export function measure(name: string): string {
  for (const key of [`measure.${name}`, `measure.${name.replace('score/', '')}`]) if (key in en) return t(key as TextKey);
  return name.replace('score/', '').replaceAll('_', ' ');
}
