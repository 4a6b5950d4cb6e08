/** The value with the keys of every object in one order. */
export function sorted(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(sorted);
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, part]) => [key, sorted(part)]));
}

/** A JSON value as text, with the keys of every object in one order: two values that say the same have the same text. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(sorted(value));
}
