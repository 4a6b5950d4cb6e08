import { lex, quoted } from './lexer.ts';
import { type Qualifier, qualifierOf, readValueOf, singleQualifiers } from './qualifiers.ts';
import { parseQuery, type Term } from './terms.ts';

/** A condition as it is written: `actor:"Instagram Worker"`. */
export const formatTerm = (qualifier: Qualifier, value: string): string => `${qualifier}:${quoted(value)}`;

/** Text without a part of it, and without the blanks that stood around that. */
export function removeRange(text: string, { start, end }: { start: number; end: number }): string {
  const before = text.slice(0, start).trimEnd();
  const behind = text.slice(end).trimStart();
  return before === '' || behind === '' ? before + behind : `${before} ${behind}`;
}

/** True where the query has this condition already. */
export function hasTerm(text: string, qualifier: Term['qualifier'], value: string): boolean {
  const compared = qualifier === 'search' ? value : readValueOf(qualifier, value);
  return parseQuery(text).terms.some((term) => term.qualifier === qualifier && term.value === compared);
}

/** The query with a condition more. Another `after` or `before` is replaced; what it has already is not there twice. */
export function addTerm(text: string, qualifier: Qualifier, value: string): string {
  if (hasTerm(text, qualifier, value)) return text;
  const rest = singleQualifiers.includes(qualifier) ? removeTerm(text, qualifier) : text;
  const closing = lex(rest, (name) => qualifierOf(name) !== undefined).at(-1)?.closing ?? '';
  const before = closing === '' ? rest.trimEnd() : rest + closing;
  const added = formatTerm(qualifier, readValueOf(qualifier, value) ?? value);
  return before === '' ? added : `${before} ${added}`;
}

/** The query without a condition; without all of the qualifier where no value is given. */
export function removeTerm(text: string, qualifier: Term['qualifier'], value?: string): string {
  const compared = value === undefined || qualifier === 'search' ? value : readValueOf(qualifier, value);
  return parseQuery(text)
    .terms.filter((term) => term.qualifier === qualifier && (value === undefined || term.value === compared))
    .reduceRight((rest, term) => removeRange(rest, term), text);
}
