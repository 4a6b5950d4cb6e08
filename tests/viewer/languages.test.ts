import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  languageCodes,
  languageOf,
  loadWords,
  localeFor,
  type Words,
  wordsOf,
} from '../../src/viewer/words/languages.ts';
import { createMoments } from '../../src/viewer/words/moments.ts';

const placesIn = (message: string) => [...new Set([...message.matchAll(/\{(\w+)/g)].map(([, name]) => name))].sort();
/** `plural, one {…}`: the words of a form are no places. */
const withoutForms = (message: string) => message.replace(/(=\d|zero|one|two|few|many|other) \{[^{}]*\}/g, '');

const viewer = new URL('../../src/viewer/', import.meta.url);

describe('the languages of the viewer', () => {
  it.each(languageCodes)('%s says everything, with the same places to put something in', async (code) => {
    const english = wordsOf('en') as Words;
    await loadWords(code);
    const words = wordsOf(code) as Words;
    expect(Object.keys(words)).toEqual(Object.keys(english).sort());
    for (const [id, message] of Object.entries(words)) {
      expect(message.trim(), id).not.toBe('');
      expect({ id, places: placesIn(withoutForms(message)) }).toEqual({
        id,
        places: placesIn(withoutForms(english[id as keyof Words])),
      });
    }
  });

  it.each(languageCodes)('%s has every form of a number that its grammar asks for', async (code) => {
    await loadWords(code);
    const forms = new Intl.PluralRules(code).resolvedOptions().pluralCategories;
    for (const [id, message] of Object.entries(wordsOf(code) as Words)) {
      if (!message.includes(', plural,')) continue;
      // What is left out is said as `other`, which is wrong in the grammar of Arabic.
      const needed = forms.filter((form) => form !== 'zero');
      for (const form of needed) expect(message, `${id} (${form})`).toContain(`${form} {`);
    }
  });

  it('says nothing that nobody uses', () => {
    const code = readdirSync(viewer, { recursive: true, encoding: 'utf8' })
      .filter((name) => /\.tsx?$/.test(name))
      .map((name) => readFileSync(new URL(name, viewer), 'utf8'))
      .join('\n');
    const unused = Object.keys(wordsOf('en') as Words)
      // An id may be put together of what an enumeration says: `severity.${severity}`.
      .filter(
        (id) =>
          !code.includes(`'${id}'`) && !code.includes(`"${id}"`) && !code.includes(`\`${id.replace(/\.[^.]+$/, '.$')}`),
      );
    expect(unused).toEqual([]);
  });

  it('takes the first language that somebody asks for and that there is, with its own habits', () => {
    expect(localeFor(['fr-FR', 'de-AT', 'en-US'])).toBe('de-AT');
    expect(localeFor(['fr-FR'])).toBe('en-GB');
    expect(languageOf('AR-eg')).toBe('ar');
    expect(languageOf('constructor')).toBeUndefined();
  });

  it('counts days by the clocks of the time zone, also where these are put back', () => {
    const { dayName, dayOf } = createMoments('en-GB', 'Europe/Berlin', (id) => id);
    // The day of 25 hours was the 25th; a quarter past midnight of the 26th.
    const now = Date.parse('2026-10-25T23:15:00Z');
    expect(dayOf(now)).toBe('2026-10-26');
    expect(dayName('2026-10-24T22:30:00Z', now)).toBe('day.yesterday');
    expect(dayName('2026-10-24T21:30:00Z', now)).toBe('Saturday 24 October');
    expect(dayName('2025-12-31T23:30:00Z', now)).toBe('Thursday 1 January');
    expect(dayName('2025-12-31T22:30:00Z', now)).toContain('31 December 2025');
  });
});
