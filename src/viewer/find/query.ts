/**
 * The language of the search box: words of the service's search, and qualifiers: `event:publication.* severity:error rate limit`.
 * All qualifiers hold, and of each any of its values.
 */
export { addTerm, formatTerm, hasTerm, removeRange, removeTerm } from './change-query.ts';
export { filterOf } from './filter.ts';
export type { Reader } from './moment.ts';
export { enumerations, internalQualifiers, type Qualifier, qualifiers } from './qualifiers.ts';
export { meaningOf, type Problem, parseQuery, type Query, type Term } from './terms.ts';
