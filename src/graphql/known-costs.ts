import { Kind, type OperationDefinitionNode, type TypeNode } from 'graphql';

/** Costs of one operation that are remembered; few operations are asked with many sizes. */
const mostKnown = 100;

/** True for a list, required or not. */
export const isList = (type: TypeNode): boolean =>
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

  /** What the cost depends on, numbers and lengths, as a text. */
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

  /** Call it where the cost was looked at and not refused. */
  add(key: string): void {
    if (this.#known.size < mostKnown) this.#known.add(key);
  }
}
