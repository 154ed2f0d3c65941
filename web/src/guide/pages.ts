// The user's guide: a page a step and language, in the program.
import type { Language } from '../text/text.svelte';
import type { Screen } from '../stores/place.svelte';

export const pageNames = ['workspace', 'frames', 'faces', 'curate', 'masks', 'train', 'merge', 'video'] as const;
export type PageName = (typeof pageNames)[number];

const files = import.meta.glob<string>('./*/*.md', { query: '?raw', import: 'default', eager: true });
export const pageText = (language: Language, page: PageName): string => files[`./${language}/${page}.md`] ?? '';

/** The page that a screen is about. */
export const pageOf: Record<Screen, PageName> = { home: 'workspace', frames: 'frames', faces: 'faces', train: 'train', merge: 'merge', result: 'video' };
