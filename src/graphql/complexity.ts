import { ComplexityErrorKind, complexityFromQuery } from '@pothos/plugin-complexity';
import { type GraphQLResolveInfo, Kind, type OperationDefinitionNode, type TypeNode } from 'graphql';
import { ActivityLogError } from '../errors.ts';
import type { GraphqlContext } from './context.ts';
import { queryLimits } from './limits.ts';

/** Costs of one operation that are remembered; few operations are asked with many sizes. */
const mostKnown = 100;

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

const isList = (type: TypeNode): boolean =>
  type.kind === Kind.LIST_TYPE || (type.kind === Kind.NON_NULL_TYPE && isList(type.type));

const isInt = (type: TypeNode): boolean =>
  type.kind === Kind.NAMED_TYPE ? type.name.value === 'Int' : type.kind === Kind.NON_NULL_TYPE && isInt(type.type);

/**
 * With which variables an operation has been found not to cost too much: walking through its fields again would cost a page
 * a thirtieth of its time. What a field costs depends on no argument that is neither an Int nor a list, and of a list on its
 * length alone (held by tests/graphql/known-costs.test.ts).
 */
export class KnownCosts {
  readonly #names: readonly string[];
  readonly #known = new Set<string>();

  constructor({ variableDefinitions = [] }: OperationDefinitionNode) {
    this.#names = variableDefinitions
      .filter(({ type }) => isInt(type) || isList(type))
      .map(({ variable }) => variable.name.value);
  }

  /** What the cost depends on, as a text. */
  keyOf(variables: Readonly<Record<string, unknown>>): string {
    let key = '';
    for (const name of this.#names) {
      const value = variables[name];
      if (typeof value === 'number') key += `${value},`;
      else if (value == null) key += value === null ? 'n' : 'u';
      // What is no list stands for a list of it.
      else key += `[${Array.isArray(value) ? value.length : 1}]`;
    }
    return key;
  }

  has(key: string): boolean {
    return this.#known.has(key);
  }

  /** Call it where an operation was executed without a refusal. */
  add(key: string): void {
    if (this.#known.size < mostKnown) this.#known.add(key);
  }
}
