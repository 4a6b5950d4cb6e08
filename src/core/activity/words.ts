/**
 * Words, as search and the term index know them: folded (case, accents, compatibility forms), of any script. The same
 * function reads entries and searches, in the process and never in SQL: databases differ in what they know of Unicode.
 */

/** Marks that stand on letters of any script (accents), vowel points of Hebrew; not the voicing marks of Kana. */
const accents = /[\u0591-\u05BD\u05BF\u05C1\u05C2\u05C4\u05C5\u05C7]|(?![\u3099\u309A])\p{Script=Inherited}/gu;

/** Letters that no normal form takes apart, as people type them without their keyboard. */
const plain: Record<string, string> = {
  ς: 'σ',
  ø: 'o',
  đ: 'd',
  ð: 'd',
  ł: 'l',
  ħ: 'h',
  ŧ: 't',
  ı: 'i',
  æ: 'ae',
  œ: 'oe',
  þ: 'th',
};
const special = /[ςøđðłħŧıæœþ]/g;

/** Scripts that are written without spaces: each character is a word, and a word of people a phrase of them. */
const continuous =
  '[\\p{Script=Han}\\p{Script=Hiragana}\\p{Script=Katakana}\\p{Script=Hangul}\\p{Script=Thai}\\p{Script=Lao}\\p{Script=Khmer}\\p{Script=Myanmar}\\u30FC]';
const isContinuous = new RegExp(`^${continuous}`, 'u');
const anyWord = new RegExp(
  `${continuous}\\p{M}*|(?:(?!${continuous})[\\p{L}\\p{N}\\p{M}])+|\\p{Extended_Pictographic}`,
  'gu',
);

const ascii = /^\p{ASCII}*$/u;

/** Text with case, accents and compatibility forms folded: `ÉTÉ` and `été` and `ete` are one. */
export function fold(text: string): string {
  if (ascii.test(text)) return text.toLowerCase();
  return (
    text
      .normalize('NFKD')
      .replace(accents, '')
      // ẞ is ß is ss.
      .toLowerCase()
      .toUpperCase()
      .toLowerCase()
      .replace(special, (letter) => plain[letter] as string)
      .normalize('NFC')
  );
}

/**
 * The words of a text in their order: letters and digits that stand together, a pictograph, or one character of a script
 * that is written without spaces. `RATE_LIMIT` is two words, and a search for it a phrase.
 */
export function wordsOf(text: string): string[] {
  if (ascii.test(text)) return text.toLowerCase().match(/[a-z0-9]+/g) ?? [];
  return fold(text).match(anyWord) ?? [];
}

/** True for a word of one character of a script that is written without spaces. */
export function isContinuousWord(word: string): boolean {
  return word.charCodeAt(0) > 0x7f && isContinuous.test(word);
}
