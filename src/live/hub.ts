import type { Activity } from '../core/activity/activity.ts';
import type { FeedEntry } from '../core/activity/feed.ts';

/** One who receives entries as they are committed. */
export interface HubSubscriber {
  readonly workspaceId: string;
  /** What it may see and asked for. */
  matches(activity: Activity): boolean;
  /** Takes an entry; must not throw or wait. */
  push(entry: FeedEntry): void;
}

/**
 * Hands each entry of the feed to the subscribers that it is for, by workspace first. This is where subscribers that
 * would get the same bytes are to share one execution.
 */
export class Hub {
  readonly #byWorkspace = new Map<string, Set<HubSubscriber>>();
  #size = 0;

  get size(): number {
    return this.#size;
  }

  add(subscriber: HubSubscriber): void {
    const group = this.#byWorkspace.get(subscriber.workspaceId) ?? new Set();
    this.#byWorkspace.set(subscriber.workspaceId, group);
    if (!group.has(subscriber)) this.#size += 1;
    group.add(subscriber);
  }

  /** May be called twice. */
  remove(subscriber: HubSubscriber): void {
    const group = this.#byWorkspace.get(subscriber.workspaceId);
    if (!group?.delete(subscriber)) return;
    this.#size -= 1;
    if (group.size === 0) this.#byWorkspace.delete(subscriber.workspaceId);
  }

  /** @returns how many subscribers got it. */
  deliver(entry: FeedEntry): number {
    let delivered = 0;
    for (const subscriber of this.#byWorkspace.get(entry.activity.workspaceId) ?? []) {
      if (!subscriber.matches(entry.activity)) continue;
      subscriber.push(entry);
      delivered += 1;
    }
    return delivered;
  }
}
