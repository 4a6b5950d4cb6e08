import { coerceInputValue, isInputType } from 'graphql';
import type { ActivityFilter } from '../core/activity/filter.ts';
import { ActivityLogError } from '../errors.ts';
import { schema } from './schema.ts';

/**
 * Reads an `ActivityFilter` as JSON has it, by the rules of the GraphQL schema.
 * @throws ActivityLogError BAD_USER_INPUT saying where it is wrong
 */
export function readFilter(input: unknown): ActivityFilter {
  const refuse = (field: string, message: string): never => {
    throw new ActivityLogError('BAD_USER_INPUT', `filter must be an ActivityFilter as JSON: ${message}`, { field });
  };
  const type = schema.getType('ActivityFilter');
  if (!isInputType(type) || typeof input !== 'object' || input === null || Array.isArray(input))
    return refuse('filter', 'it is no object');
  return coerceInputValue(input, type, (path, _value, error) => {
    refuse(['filter', ...path].join('.'), error.message);
  }) as ActivityFilter;
}
