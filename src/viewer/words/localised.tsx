import { type ReactNode, useCallback, useEffect, useState } from 'react';
import { IntlProvider, useIntl } from 'react-intl';
import { languageOf, languages, loadWords, type WordId, type Words, wordsOf } from './languages.ts';

const english = wordsOf('en') as Words;

interface LocalisedProps {
  /** BCP 47, for example `de-AT`; of a language that there is. */
  locale: string;
  /** A name of the time zone database; that of the browser where it is not said. */
  timeZone?: string | undefined;
  children: ReactNode;
}

/** Says what is in it in somebody's language. In English until the words of another one are there, or where they cannot be had. */
export function Localised({ locale, timeZone, children }: LocalisedProps) {
  const code = languageOf(locale) ?? 'en';
  const [, setLoaded] = useState<string>();
  useEffect(() => {
    // English goes on standing there: better than nothing.
    if (wordsOf(code) === undefined) {
      loadWords(code).then(
        () => setLoaded(code),
        () => undefined,
      );
    }
  }, [code]);
  const words = wordsOf(code);
  return (
    <IntlProvider
      locale={words === undefined ? 'en' : locale}
      messages={words ?? english}
      {...(timeZone !== undefined && { timeZone })}
    >
      {children}
    </IntlProvider>
  );
}

/** What a message may be given to put into its places. */
export type WordValues = Record<string, string | number | Date>;
/** Says a message in the language of whoever reads. */
export type Say = (id: WordId, values?: WordValues) => string;

export function useSay(): Say {
  const intl = useIntl();
  return useCallback((id, values) => intl.formatMessage({ id }, values), [intl]);
}

/** The way that the language of whoever reads is written in, for `dir`. */
export function useDirection(): 'ltr' | 'rtl' {
  return languages[languageOf(useIntl().locale) ?? 'en'].direction;
}
