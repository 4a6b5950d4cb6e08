import { useSyncExternalStore } from 'react';
import { type LanguageCode, languageOf, localeFor } from './words/languages.ts';

/** What somebody has chosen for this browser. */
interface Preferences {
  /** Undefined: as the browser's own languages say. */
  readonly language: LanguageCode | undefined;
}

const key = 'activity-log:preferences';

function read(): Preferences {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(key) ?? '{}');
    const language = typeof kept === 'object' && kept !== null && 'language' in kept ? String(kept.language) : '';
    return { language: languageOf(language) };
  } catch {
    // A browser may keep nothing, or something else.
    return { language: undefined };
  }
}

let preferences = read();
const listeners = new Set<() => void>();

/** Chooses; kept for this browser where it keeps anything. */
export function prefer(change: Partial<Preferences>): void {
  preferences = { ...preferences, ...change };
  try {
    localStorage.setItem(key, JSON.stringify(preferences));
  } catch {
    // It holds for as long as the page is open.
  }
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => void listeners.delete(listener);
}

/** The locale of whoever reads: the chosen language as they speak it, else the best that the browser asks for. */
export function preferredLocale(): string {
  const { language } = preferences;
  if (language === undefined) return localeFor(navigator.languages);
  return navigator.languages.find((locale) => languageOf(locale) === language) ?? language;
}

export const usePreferredLocale = (): string => useSyncExternalStore(subscribe, preferredLocale);
