import { useSyncExternalStore } from 'react';
import type { Theme } from './embedding/activity-timeline-props.ts';
import { type LanguageCode, languageOf, localeFor } from './words/languages.ts';

/** What somebody has chosen for this browser. */
interface Preferences {
  /** Undefined: as the browser's own languages say. */
  readonly language: LanguageCode | undefined;
  readonly theme: Theme;
}

const key = 'activity-log:preferences';

export const themes = ['auto', 'light', 'dark'] as const satisfies readonly Theme[];

function read(): Preferences {
  try {
    const kept = Object(JSON.parse(localStorage.getItem(key) ?? '{}')) as Record<keyof Preferences, unknown>;
    return {
      language: languageOf(String(kept.language)),
      theme: themes.find((theme) => theme === kept.theme) ?? 'auto',
    };
  } catch {
    // A browser may keep nothing, or something else.
    return { language: undefined, theme: 'auto' };
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

/** Light or dark as chosen, or as the system has it. */
export const preferredTheme = (): Theme => preferences.theme;

export const usePreferredTheme = (): Theme => useSyncExternalStore(subscribe, preferredTheme);
