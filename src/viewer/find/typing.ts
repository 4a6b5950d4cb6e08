import { removeRange } from './change-query.ts';
import type { Completion } from './completions.ts';
import { lex } from './lexer.ts';
import { qualifierOf, readValueOf } from './qualifiers.ts';

const lastPieceOf = (text: string) => {
  const last = lex(text, (name) => qualifierOf(name) !== undefined).at(-1);
  return last?.end === text.length ? last : undefined;
};

/** A word that may not be all there yet: two letters at least, or one that is a word by itself. */
const isBegun = (word: string) =>
  /^[\p{L}\p{N}]/u.test(word) && /[\p{L}\p{N}]$/u.test(word) && !/^[a-z0-9]$/i.test(word);

/** What was typed, when nobody types on: a last word stands for all that begin so, as it has while it was typed. */
export function settled(text: string): string {
  const last = lastPieceOf(text);
  return last?.kind === 'search' && isBegun(last.value) ? `${text}*` : text.trim();
}

/**
 * What is looked for while somebody types: words by their beginning, and of a condition that is being typed nothing until
 * it is one of the known ones.
 */
export function whileTyping(text: string, completions: readonly Completion[]): string {
  const last = lastPieceOf(text);
  if (last === undefined) return text.trim();
  if (last.kind === 'search') return isBegun(last.value) ? `${text}*` : removeRange(text, last);
  const qualifier = qualifierOf(last.name);
  const value = qualifier && readValueOf(qualifier, last.value);
  const isKnown = completions.some((one) => one.qualifier === qualifier && one.value === value && !one.isBeginning);
  return isKnown ? text : removeRange(text, last);
}
