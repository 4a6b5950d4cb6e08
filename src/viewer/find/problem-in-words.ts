import type { IntlShape } from 'react-intl';
import type { Say } from '../words/localised.tsx';
import { enumerations, type Qualifier, qualifierOf } from './qualifiers.ts';
import type { Problem } from './terms.ts';

/** What qualifiers take whose values are not named one by one. */
const examples: Record<Exclude<Qualifier, keyof typeof enumerations>, readonly string[]> = {
  event: ['publication.failed', 'publication.*'],
  actor: ['"Instagram Worker"'],
  user: ['user_1'],
  brand: ['nike'],
  entity: ['publication/pub_2041'],
  context: ['publication_worker'],
  after: ['2026-11-01', '2026-11-01T10:15', 'today', '7d'],
  before: ['2026-11-01', '2026-11-01T10:15', 'today', '7d'],
};

/** So that what was typed does not turn the words around it. */
const isolated = (text: string) => `\u2068${text}\u2069`;

const takenBy = (qualifier: Qualifier): readonly string[] =>
  qualifier in enumerations
    ? enumerations[qualifier as keyof typeof enumerations].map((one) => one.toLowerCase())
    : examples[qualifier as keyof typeof examples];

/**
 * What is wrong in a query, and what would be right.
 * @param offered the qualifiers that there are for whoever reads
 */
export function problemInWords(
  { kind, qualifier, value }: Problem,
  offered: readonly Qualifier[],
  say: Say,
  { formatList }: Pick<IntlShape, 'formatList'>,
): string {
  const known = qualifierOf(qualifier);
  if (kind === 'unreadable' && known === undefined) return say('find.problem.search');
  const takes = known === undefined ? offered : takenBy(known);
  return say(`find.problem.${kind}`, {
    ...{
      qualifier: isolated(`${kind === 'excluded' ? '-' : ''}${qualifier}:`),
      value: isolated(value),
      example: isolated('-retry'),
    },
    takes: formatList(takes, { type: known === undefined ? 'conjunction' : 'disjunction' }),
  });
}
