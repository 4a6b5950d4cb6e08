import type { Activity } from '../core/activity/activity.ts';
import type { Selection } from '../core/activity/feed.ts';
import { type Dimension, dimensions, lookupsOf, placeOf } from '../core/activity/selection-key.ts';

/** One workspace: those with a condition to find them by, and the rest. */
interface Shelf<T> {
  byValue: Map<Dimension, Map<string, Set<T>>>;
  rest: Set<T>;
  size: number;
}

/**
 * Finds those whose selection an entry can match, by workspace first and then by the one condition of each that lets the
 * fewest entries through. What it costs to ask follows what is found, not what is kept. (The access predicates of
 * content-based publish/subscribe: Fabret et al., SIGMOD 2001.)
 */
export class GroupIndex<T extends { readonly selection: Selection }> {
  readonly #shelves = new Map<string, Shelf<T>>();

  add(item: T): void {
    const { workspaceId } = item.selection.scope;
    const shelf: Shelf<T> = this.#shelves.get(workspaceId) ?? { byValue: new Map(), rest: new Set(), size: 0 };
    this.#shelves.set(workspaceId, shelf);
    shelf.size += 1;
    const place = placeOf(item.selection);
    if (place === undefined) {
      shelf.rest.add(item);
      return;
    }
    const values = shelf.byValue.get(place.dimension) ?? new Map<string, Set<T>>();
    shelf.byValue.set(place.dimension, values);
    for (const value of place.values) {
      const items = values.get(value) ?? new Set();
      values.set(value, items.add(item));
    }
  }

  /** Of one that was added. */
  remove(item: T): void {
    const { workspaceId } = item.selection.scope;
    const shelf = this.#shelves.get(workspaceId);
    if (shelf === undefined) return;
    shelf.size -= 1;
    if (shelf.size === 0) this.#shelves.delete(workspaceId);
    shelf.rest.delete(item);
    const place = placeOf(item.selection);
    const values = place && shelf.byValue.get(place.dimension);
    if (place === undefined || values === undefined) return;
    for (const value of place.values) {
      const items = values.get(value);
      items?.delete(item);
      if (items?.size === 0) values.delete(value);
    }
    if (values.size === 0) shelf.byValue.delete(place.dimension);
  }

  /** Every one that can match the entry; one may come twice. */
  *candidates(entry: Activity): Generator<T, void, undefined> {
    const shelf = this.#shelves.get(entry.workspaceId);
    if (shelf === undefined) return;
    yield* shelf.rest;
    if (shelf.byValue.size === 0) return;
    for (const dimension of dimensions) {
      const values = shelf.byValue.get(dimension);
      if (values === undefined) continue;
      for (const value of lookupsOf(dimension, entry)) yield* values.get(value) ?? [];
    }
  }
}
