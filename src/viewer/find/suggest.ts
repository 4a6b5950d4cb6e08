import { formatTerm, hasTerm } from './change-query.ts';
import type { Completion } from './completions.ts';
import { lex, type Piece } from './lexer.ts';
import { type Qualifier, qualifierOf } from './qualifiers.ts';

interface Insertion {
  readonly key: string;
  /** The query with it, and where the caret stands then. */
  readonly text: string;
  readonly caret: number;
}
/** What the box offers to go on with. */
export type Suggestion = Insertion &
  (
    | ({ readonly kind: 'value' } & Completion)
    | { readonly kind: 'qualifier'; readonly qualifier: Qualifier }
    /** Words as they are, or that begin so. */
    | { readonly kind: 'search' | 'searchPrefix'; readonly words: string }
  );

export interface SuggestOptions {
  readonly completions: readonly Completion[];
  readonly qualifiers: readonly Qualifier[];
}

/** Suggestions at once; words of several that are taken for one value. */
const most = 9;
const mostWords = 4;

const folded = (text: string) => text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();

/** How well a text fits: 0 is the same, 1 begins so, 2 has a word that begins so, 3 has it anywhere; undefined has it not. */
function fitOf(text: string, looked: string): number | undefined {
  const whole = folded(text);
  const part = folded(looked);
  if (whole === part) return 0;
  const at = whole.indexOf(part);
  if (at === -1) return undefined;
  if (at === 0) return 1;
  for (let next = at; next !== -1; next = whole.indexOf(part, next + 1))
    if (!/[\p{L}\p{N}]/u.test(whole.charAt(next - 1))) return 2;
  return 3;
}

function fitOfCompletion({ value, label }: Completion, looked: string): number | undefined {
  const fits = [value, label].flatMap((text) => (text === undefined ? [] : (fitOf(text, looked) ?? [])));
  return fits.length === 0 ? undefined : Math.min(...fits);
}

const isPlainWord = ({ kind, value }: Piece) => kind === 'search' && /^[\p{L}\p{N}]/u.test(value);

/** The words that end at the caret, from the last one alone to several: where each begins, and what it reads. */
function wordsBefore(pieces: readonly Piece[], last: Piece): { start: number; words: string }[] {
  const found: { start: number; words: string }[] = [];
  for (let at = pieces.indexOf(last); at >= 0 && found.length < mostWords; at--) {
    const piece = pieces[at];
    if (piece === undefined || !isPlainWord(piece)) break;
    const words = [piece.value.replace(/\*$/, ''), ...found.slice(-1).map((one) => one.words)].join(' ');
    found.push({ start: piece.start, words });
  }
  return found;
}

/** What fits to the text where the caret stands, the best first. */
export function suggest(text: string, caret: number, { completions, qualifiers }: SuggestOptions): Suggestion[] {
  const pieces = lex(text, (name) => qualifierOf(name) !== undefined);
  const piece = pieces.find(({ start, end }) => start < caret && caret <= end);
  const insert = (start: number, written: string, end = piece?.end ?? caret, goesOn = false) => {
    const before = text.slice(0, start) + written + (goesOn ? '' : ' ');
    return { text: before + text.slice(end).trimStart(), caret: before.length };
  };
  const ofValue = (one: Completion, start: number): Suggestion => {
    const key = `${one.qualifier}:${one.value}`;
    // What is the beginning of a value is gone on with, also within quotes.
    const written = one.isBeginning ? key : formatTerm(one.qualifier, one.value);
    return { kind: 'value', ...one, key, ...insert(start, written, undefined, one.isBeginning) };
  };
  const ofQualifier = (qualifier: Qualifier, start: number): Suggestion => ({
    ...{ kind: 'qualifier', qualifier, key: `${qualifier}:` },
    ...insert(start, `${qualifier}:`, undefined, true),
  });
  const without = (range: { start: number; end: number }) => text.slice(0, range.start) + text.slice(range.end);

  if (piece === undefined) return qualifiers.map((one) => ofQualifier(one, caret));
  if (piece.kind === 'qualified') {
    const qualifier = qualifierOf(piece.name);
    return completions
      .filter((one) => one.qualifier === qualifier && !hasTerm(without(piece), one.qualifier, one.value))
      .flatMap((one) => {
        const fit = fitOfCompletion(one, piece.value);
        return fit === undefined ? [] : [{ fit, one }];
      })
      .sort((a, b) => a.fit - b.fit)
      .slice(0, most)
      .map(({ one }) => ofValue(one, piece.start));
  }
  const runs = wordsBefore(pieces, piece);
  const word = runs[0];
  if (word === undefined) return [];
  const values = completions.flatMap((one) => {
    if (one.isBeginning || hasTerm(text, one.qualifier, one.value)) return [];
    const fits = runs.flatMap(({ start, words }, more) => {
      const fit = fitOfCompletion(one, words);
      return fit === undefined || (more > 0 && fit > 2) ? [] : [{ fit, start, more }];
    });
    const best = fits.at(-1);
    return best === undefined ? [] : [{ ...best, fit: best.fit - best.more, suggestion: ofValue(one, best.start) }];
  });
  const names = qualifiers.flatMap((one) =>
    one.startsWith(folded(word.words)) ? [{ fit: 1, more: 0, suggestion: ofQualifier(one, word.start) }] : [],
  );
  const ranked = [...values, ...names].sort((a, b) => a.fit - b.fit);
  const asSearch = (kind: 'search' | 'searchPrefix', written: string): Suggestion => ({
    ...{ kind, words: word.words, key: kind },
    ...insert(word.start, written),
  });
  const searches = [asSearch('searchPrefix', `${word.words}*`), asSearch('search', word.words)];
  // What fits well to all of the words comes first, so that Enter takes it; otherwise it is the search.
  const isFirst = ranked[0] !== undefined && ranked[0].fit <= 2 && ranked[0].more === runs.length - 1;
  const offered = ranked.slice(0, most - searches.length).map(({ suggestion }) => suggestion);
  return isFirst ? [...offered.slice(0, 1), ...searches, ...offered.slice(1)] : [...searches, ...offered];
}
