import { ComplexityErrorKind, complexityFromQuery } from '@pothos/plugin-complexity';
import { type GraphQLResolveInfo, Kind } from 'graphql';
import { ActivityLogError } from '../errors.ts';
import type { GraphqlContext } from './context.ts';
import { queryLimits } from './limits.ts';

type Measured = { [K in keyof typeof queryLimits]: number };

/** The refusal of an operation that asks for too much. */
export function complexityError(kind: ComplexityErrorKind, measured: Measured): ActivityLogError {
  const name = kind.toLowerCase() as keyof typeof queryLimits;
  return new ActivityLogError(
    'LIMIT_EXCEEDED',
    `The query's ${name} is ${measured[name]}; at most ${queryLimits[name]} is allowed. Ask for fewer fields or smaller pages.`,
    { field: 'query' },
  );
}

/** What an operation may cost, for the plugin that asks as the first of its fields is resolved; nothing where it is known. */
export function limitsOf(context: Pick<GraphqlContext, 'cost'>): Partial<Measured> {
  if (context.cost === 'known') return {};
  context.cost = 'checked';
  return queryLimits;
}

/**
 * Checks a subscription before it begins. (The plugin looks when a field is resolved: for queries and mutations that is
 * before anything runs, for a subscription only when its first event comes.)
 * @throws ActivityLogError LIMIT_EXCEEDED
 */
export function checkSubscription(
  context: GraphqlContext,
  { operation, fragments, schema, variableValues }: GraphQLResolveInfo,
): void {
  const measured = complexityFromQuery(
    { kind: Kind.DOCUMENT, definitions: [operation, ...Object.values(fragments)] },
    { schema, ctx: context, variables: variableValues },
  );
  for (const kind of Object.values(ComplexityErrorKind)) {
    const name = kind.toLowerCase() as keyof typeof queryLimits;
    if (measured[name] > queryLimits[name]) throw complexityError(kind, measured);
  }
}
