/** `{domain}.{action}`: lower snake case parts, one or more dots. */
export const eventKeyPattern = /^[a-z][a-z0-9_]*(?:\.[a-z0-9][a-z0-9_]*)+$/;

/** How an event-key condition of a filter is meant: one key, or all keys under a domain (`publication.*`). */
export type EventKeyCondition = { kind: 'exact'; key: string } | { kind: 'prefix'; prefix: string };

/**
 * Reads `publication.failed` or `publication.*`.
 * @returns undefined where a star stands anywhere but behind the last dot.
 */
export function parseEventKeyCondition(text: string): EventKeyCondition | undefined {
  if (!text.includes('*')) return { kind: 'exact', key: text };
  const domain = text.slice(0, -2);
  if (!text.endsWith('.*') || domain === '' || domain.includes('*')) return undefined;
  return { kind: 'prefix', prefix: text.slice(0, -1) };
}
