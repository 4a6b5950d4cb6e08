/** A part of a query's text, with where it stands. */
interface Placed {
  readonly start: number;
  /** Behind the last character. */
  readonly end: number;
  /** What has to be written behind it before something else can follow: the end of a quotation that goes on. */
  readonly closing: string;
}

/** `severity:error`, or `-severity:error`, which is no search. */
export interface QualifiedPiece extends Placed {
  readonly kind: 'qualified';
  /** As it was typed. */
  readonly name: string;
  /** Without its quotes. */
  readonly value: string;
  readonly isExcluded: boolean;
}

/** A word, a `"phrase"`, a `prefix*` or an `-exclusion`, as it was typed. */
export interface SearchPiece extends Placed {
  readonly kind: 'search';
  readonly value: string;
}

export type Piece = QualifiedPiece | SearchPiece;

/** Also what phones make of `"`, as the service's search takes them. */
const quotes = '"“”„«»';
const isQuote = (character: string | undefined) => character !== undefined && quotes.includes(character);

const blank = /\s/;
/** A name in front of a value; what begins like an address on the web is a word. */
const qualifier = /(-?)([a-z][a-z_-]*):(?!\/\/)/iy;
/** What the service's search reads as one: tests/viewer/query.test.ts holds the two together. */
const word = new RegExp(`-?[${quotes}][^${quotes}]*(?:[${quotes}]\\*?|$)|\\S+`, 'uy');

/** A value up to the next blank; what stands in quotes may have blanks, and `\"` and `\\` for these themselves. */
function readValue(text: string, from: number): { value: string; end: number; closing: string } {
  let value = '';
  let isQuoted = false;
  let at = from;
  for (; at < text.length; at++) {
    const character = text.charAt(at);
    const next = text[at + 1];
    if (isQuoted && character === '\\' && (next === '\\' || isQuote(next))) {
      value += next;
      at++;
    } else if (isQuote(character)) isQuoted = !isQuoted;
    else if (!isQuoted && blank.test(character)) break;
    else value += character;
  }
  if (!isQuoted) return { value, end: at, closing: '' };
  // A backslash at the very end would take the quote that closes for one of the value.
  const isOpenEscape = /(?:^|[^\\])(?:\\\\)*\\$/.test(text.slice(from));
  return { value, end: at, closing: isOpenEscape ? '\\"' : '"' };
}

function readWord(text: string, start: number): SearchPiece {
  word.lastIndex = start;
  const value = word.exec(text)?.[0] ?? text.slice(start);
  const inner = value.startsWith('-') ? value.slice(1) : value;
  const isOpen = isQuote(inner[0]) && !isQuote(inner.replace(/\*$/, '').slice(1).at(-1));
  return { kind: 'search', value, start, end: start + value.length, closing: isOpen ? '"' : '' };
}

/**
 * Takes the text of a query apart.
 * @param isQualifier whether a name that may stand behind a minus is one; others that do are words to be left out
 */
export function lex(text: string, isQualifier: (name: string) => boolean): readonly Piece[] {
  const pieces: Piece[] = [];
  let at = 0;
  while (at < text.length) {
    if (blank.test(text.charAt(at))) {
      at++;
      continue;
    }
    qualifier.lastIndex = at;
    const [whole, minus, name] = qualifier.exec(text) ?? [];
    if (whole !== undefined && name !== undefined && (minus === '' || isQualifier(name))) {
      const read = readValue(text, at + whole.length);
      pieces.push({ kind: 'qualified', name, isExcluded: minus === '-', start: at, ...read });
    } else pieces.push(readWord(text, at));
    at = pieces.at(-1)?.end ?? text.length;
  }
  return pieces;
}

/** A value so that `lex` reads it as it is. */
export function quoted(value: string): string {
  const isPlain = value !== '' && ![...value].some((character) => isQuote(character) || blank.test(character));
  return isPlain ? value : `"${value.replace(new RegExp(`[\\\\${quotes}]`, 'g'), '\\$&')}"`;
}
