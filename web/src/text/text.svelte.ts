import { en, type TextKey } from './en';
import { zh } from './zh';

export type Language = 'en' | 'zh';
const tables: Record<Language, Record<TextKey, string>> = { en, zh };

function first(): Language {
  const kept = localStorage.getItem('language');
  if (kept === 'en' || kept === 'zh') return kept;
  return navigator.language.toLowerCase().startsWith('zh') ? 'zh' : 'en';
}

export const language = $state({ now: first() });

export function setLanguage(to: Language) {
  language.now = to;
  localStorage.setItem('language', to);
  document.documentElement.lang = to;
}

/** The text in the present language, with its {names} replaced. */
export function t(key: TextKey, values: Record<string, string | number> = {}): string {
  return tables[language.now][key].replace(/\{(\w+)\}/g, (all, name: string) =>
    name in values ? String(values[name]) : all,
  );
}
