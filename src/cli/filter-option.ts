import type { ActivityFilter as FilterInput } from '../client/client.ts';
import type { ActivityFilter } from '../core/activity/filter.ts';
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
export async function parseFilter(text: string): Promise<ParsedFilter> {
  const refuse = (message: string): never => {
    throw new UsageError(`--filter must be an ActivityFilter as JSON, like '{"severities":["ERROR"]}': ${message}`);
  };
  // The default: everything.
  if (text === '{}') return { input: {}, filter: {} };
  let input: unknown;
  try {
    input = JSON.parse(text);
  } catch (error) {
    return refuse((error as Error).message);
  }
  // All of the schema comes with it: a third of a second, for those who filter.
  const { readFilter } = await import('../graphql/filter-json.ts');
  const filter = readFilter(input, (path, message) => {
    const at = path.length === 0 ? '' : `${path.join('.')}: `;
    return refuse(`${at}${message}`);
  });
  return { input: input as FilterInput, filter };
}
