import { coerceInputValue, isInputType } from 'graphql';
import type { ActivityFilter as FilterInput } from '../client/client.ts';
import type { ActivityFilter } from '../core/activity/filter.ts';
import { schema } from '../graphql/schema.ts';
import { UsageError } from './exit.ts';

/** A filter as JSON says it, for a server, and as the domain takes it. */
export interface ParsedFilter {
  input: FilterInput;
  filter: ActivityFilter;
}

/**
 * Reads an `ActivityFilter` from JSON, by the rules of the GraphQL schema.
 * @throws UsageError saying where it is wrong
 */
export function parseFilter(text: string): ParsedFilter {
  const refuse = (message: string): never => {
    throw new UsageError(`--filter must be an ActivityFilter as JSON, like '{"severities":["ERROR"]}': ${message}`);
  };
  let input: unknown;
  try {
    input = JSON.parse(text);
  } catch (error) {
    return refuse((error as Error).message);
  }
  const type = schema.getType('ActivityFilter');
  if (!isInputType(type) || input === null) return refuse('it is null');
  const filter = coerceInputValue(input, type, (path, _value, error) => {
    const at = path.length === 0 ? '' : `${path.join('.')}: `;
    refuse(`${at}${error.message}`);
  }) as ActivityFilter;
  return { input: input as FilterInput, filter };
}
