import type { FeedEntry } from '../core/activity/feed.ts';
import type { Metrics } from '../metrics.ts';
import { Group, type Member } from './group.ts';
import { GroupIndex } from './group-index.ts';
import { Pace } from './pace.ts';

/** Hands the entries of the feed to the subscribers that they are for, executing each once for all that share a topic. */
export class Hub {
  readonly #groups = new Map<string, Group>();
  readonly #index = new GroupIndex<Group>();
  readonly #metrics: Metrics;
  readonly #limit: number;
  /** The number of the latest batch that was delivered. */
  #batch = 0;
  #size = 0;

  /** @param limit entries that may wait for a group whose rendering takes its time */
  constructor(metrics: Metrics, limit: number) {
    this.#metrics = metrics;
    this.#limit = limit;
  }

  get size(): number {
    return this.#size;
  }

  /** Adds a member that gets what is delivered from now on. Not during a `deliver`. */
  add(member: Member): void {
    const { key } = member.topic;
    let group = this.#groups.get(key);
    if (group === undefined) {
      group = new Group(member.topic, this.#metrics, this.#limit);
      this.#groups.set(key, group);
      this.#index.add(group);
    }
    group.add(member, this.#batch);
    this.#size += 1;
    this.#report();
  }

  /** May be called twice, and at any time. */
  remove(member: Member): void {
    const { key } = member.topic;
    const group = this.#groups.get(key);
    if (!group?.remove(member)) return;
    this.#size -= 1;
    if (group.size === 0) {
      this.#groups.delete(key);
      this.#index.remove(group);
    }
    this.#report();
  }

  /** Hands on entries, all that one socket gets of them at once. @returns true where any of them was for somebody. */
  async deliver(entries: readonly FeedEntry[]): Promise<boolean> {
    this.#batch += 1;
    const pace = new Pace();
    const touched: Group[] = [];
    for (const entry of entries) {
      for (const group of this.#index.candidates(entry.activity)) {
        if (group.collect(entry)) touched.push(group);
        if (pace.isDue()) await pace.rest();
      }
    }
    for (const group of touched) await group.deliver(this.#batch, pace);
    return touched.length > 0;
  }

  #report(): void {
    this.#metrics.subscribers.set(this.#size);
    this.#metrics.groups.set(this.#groups.size);
  }
}
