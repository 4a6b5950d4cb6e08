import en from './en.json';

/** The words of a language by their ids, in ICU's syntax for messages. */
export type Words = Record<WordId, string>;
export type WordId = keyof typeof en;

declare global {
  namespace FormatjsIntl {
    interface Message {
      ids: WordId;
    }
  }
}

interface Language {
  /** What it calls itself. */
  readonly name: string;
  readonly direction: 'ltr' | 'rtl';
  load(): Promise<Words>;
}

/** Every language there is; English stands in where somebody reads none of them. */
export const languages = {
  en: { name: 'English', direction: 'ltr', load: async () => en },
  de: { name: 'Deutsch', direction: 'ltr', load: async () => (await import('./de.json')).default },
  ar: { name: 'العربية', direction: 'rtl', load: async () => (await import('./ar.json')).default },
} as const satisfies Record<string, Language>;

export type LanguageCode = keyof typeof languages;

export const languageCodes = Object.keys(languages) as LanguageCode[];

const isThere = (code: string): code is LanguageCode => Object.hasOwn(languages, code);

/** The language of a locale: `de` of `de-AT`; undefined where there is none of it here. */
export function languageOf(locale: string): LanguageCode | undefined {
  const code = locale.split('-')[0]?.toLowerCase() ?? '';
  return isThere(code) ? code : undefined;
}

/**
 * The first of the locales that there is a language of: with its own order of day and month, its own 12 or 24 hours.
 * @param wanted BCP 47, the best one first, as `navigator.languages` has them
 */
export const localeFor = (wanted: readonly string[]): string =>
  wanted.find((locale) => languageOf(locale) !== undefined) ?? 'en-GB';

const loaded = new Map<LanguageCode, Words>([['en', en]]);
const loading = new Map<LanguageCode, Promise<void>>();

/** The words of a language where they have been loaded. */
export const wordsOf = (code: LanguageCode): Words | undefined => loaded.get(code);

/** Loads the words of a language. @throws where its file cannot be read; the next call tries again */
export function loadWords(code: LanguageCode): Promise<void> {
  const running = loading.get(code);
  if (running !== undefined) return running;
  const promise = languages[code].load().then(
    (words) => void loaded.set(code, words),
    (error: unknown) => {
      loading.delete(code);
      throw error;
    },
  );
  loading.set(code, promise);
  return promise;
}
