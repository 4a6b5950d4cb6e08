import { coerceInputValue, isInputType } from 'graphql';
import type { ActivityFilter } from '../core/activity/filter.ts';
import { ActivityLogError } from '../errors.ts';
import { schema } from './schema.ts';

/** Gets where in a filter something is wrong, and what; throws. */
export type FilterRefusal = (path: readonly (string | number)[], message: string) => never;

const badInput: FilterRefusal = (path, message) => {
  const field = ['filter', ...path].join('.');
  throw new ActivityLogError('BAD_USER_INPUT', `filter must be an ActivityFilter as JSON: ${message}`, { field });
};

/**
 * Reads an `ActivityFilter` as JSON has it, by the rules of the GraphQL schema.
 * @throws what `refuse` throws; by default ActivityLogError BAD_USER_INPUT saying where it is wrong
 */
export function readFilter(input: unknown, refuse = badInput): ActivityFilter {
  const type = schema.getType('ActivityFilter');
  if (!isInputType(type) || input === null) return refuse([], 'it is null');
  return coerceInputValue(input, type, (path, _value, { message }) => refuse(path, message)) as ActivityFilter;
}
