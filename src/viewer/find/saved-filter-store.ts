/** A query that somebody has kept under a name. */
export interface SavedFilter {
  readonly name: string;
  readonly query: string;
}

const keyOf = (workspaceId: string) => `activity-log:filters:${workspaceId}`;

const isSavedFilter = (value: unknown): value is SavedFilter =>
  typeof value === 'object' &&
  value !== null &&
  'name' in value &&
  typeof value.name === 'string' &&
  'query' in value &&
  typeof value.query === 'string';

/** The filters that this browser has kept for a workspace, by name; none where it keeps nothing. */
export function readSavedFilters(workspaceId: string): readonly SavedFilter[] {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(keyOf(workspaceId)) ?? '[]');
    return Array.isArray(kept) ? kept.filter(isSavedFilter) : [];
  } catch {
    // A browser may keep nothing, or something else.
    return [];
  }
}

/** Keeps them. One of the same name is another query for it: the last one stays. Returns what is kept now. */
export function keepSavedFilters(workspaceId: string, filters: readonly SavedFilter[]): readonly SavedFilter[] {
  const byName = new Map(filters.map((filter) => [filter.name, filter]));
  const kept = [...byName.values()].sort((a, b) => a.name.localeCompare(b.name));
  try {
    localStorage.setItem(keyOf(workspaceId), JSON.stringify(kept));
  } catch {
    // They hold for as long as the list is open.
  }
  return kept;
}
