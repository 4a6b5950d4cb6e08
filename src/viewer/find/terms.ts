import { lex, type QualifiedPiece } from './lexer.ts';
import { type Qualifier, qualifierOf, readValueOf } from './qualifiers.ts';

/** One condition of a query, with where it stands in its text. */
export interface Term {
  /** `search` for words: these are of the service's own search language. */
  readonly qualifier: Qualifier | 'search';
  /** Without quotes and in the form that it is compared in; of a search as it was typed. */
  readonly value: string;
  readonly start: number;
  /** Behind the last character. */
  readonly end: number;
}

/**
 * What of a query selects nothing, and why: `unknown` is no qualifier, `missing` has no value, `value` is none of the
 * values that the qualifier takes, `excluded` is a qualifier behind a minus, `long` has more than 256 characters,
 * `unreadable` has characters that are no text, `many` is the 101st value of a qualifier or later.
 */
export interface Problem {
  readonly kind: 'unknown' | 'missing' | 'value' | 'excluded' | 'long' | 'unreadable' | 'many';
  /** As it was typed where it is unknown; `search` for words. */
  readonly qualifier: string;
  readonly value: string;
  readonly start: number;
  readonly end: number;
}

export interface Query {
  readonly terms: readonly Term[];
  readonly problems: readonly Problem[];
}

/** What the service takes: characters of a value, values of a list. */
const limits = { value: 256, list: 100 } as const;
/** U+0000, and halves of characters. */
const unreadable = /[\0\p{Cs}]/u;

function readQualified({
  name,
  value,
  isExcluded,
}: QualifiedPiece): Pick<Term, 'qualifier' | 'value'> | Problem['kind'] {
  const qualifier = qualifierOf(name);
  if (qualifier === undefined) return 'unknown';
  if (isExcluded) return 'excluded';
  if (value === '') return 'missing';
  if (unreadable.test(value)) return 'unreadable';
  if ([...value].length > limits.value) return 'long';
  const read = readValueOf(qualifier, value);
  return read === undefined ? 'value' : { qualifier, value: read };
}

/** Reads what stands in the search box. What is wrong in it is told, and the rest holds. */
export function parseQuery(text: string): Query {
  const terms: Term[] = [];
  const problems: Problem[] = [];
  const counts = new Map<Term['qualifier'], number>();
  for (const piece of lex(text, (name) => qualifierOf(name) !== undefined)) {
    const { start, end, value } = piece;
    const wrong = (kind: Problem['kind']) => {
      const qualifier = piece.kind === 'search' ? 'search' : (qualifierOf(piece.name) ?? piece.name);
      problems.push({ kind, qualifier, value, start, end });
    };
    if (piece.kind === 'search') {
      if (unreadable.test(value)) wrong('unreadable');
      else terms.push({ qualifier: 'search', value, start, end });
      continue;
    }
    const read = readQualified(piece);
    if (typeof read === 'string') {
      wrong(read);
      continue;
    }
    const count = (counts.get(read.qualifier) ?? 0) + 1;
    counts.set(read.qualifier, count);
    if (count > limits.list) wrong('many');
    else terms.push({ ...read, start, end });
  }
  return { terms, problems };
}

/** What a query selects, to be compared with others: the same text for the same. */
export const meaningOf = ({ terms }: Query): string =>
  JSON.stringify([...new Set(terms.map(({ qualifier, value }) => `${qualifier}:${value}`))]);
