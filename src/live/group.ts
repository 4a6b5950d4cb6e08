import type { FeedEntry, Selection } from '../core/activity/feed.ts';
import { filterPredicate } from '../core/activity/filter.ts';
import { isInScope, reveal } from '../core/activity/visibility.ts';
import type { Metrics } from '../metrics.ts';
import { Pace } from './pace.ts';
import { Delivery, type Topic } from './topic.ts';

/** One who receives the deliveries of a topic as entries are committed. */
export interface Member {
  readonly topic: Topic;
  /** Takes deliveries in their order; must not throw or wait. */
  take(deliveries: readonly Delivery[]): void;
  /** It has to read on by itself, from the last entry that it took: the group could not hand on what came after it. */
  fallBehind(): void;
}

/**
 * The subscribers of one topic. Each entry is rendered once, in order, and handed to all of them. Rendering that has to
 * wait goes on by itself, so that it holds up no other group; what it may fall behind is bounded.
 */
export class Group {
  readonly selection: Selection;
  readonly #topic: Topic;
  readonly #metrics: Metrics;
  readonly #limit: number;
  readonly #isMatch: (entry: FeedEntry['activity']) => boolean;
  /** Each with the number of the last batch that it does not get: it joined behind it. */
  readonly #members = new Map<Member, number>();
  /** Entries of the batch that is being collected. */
  #collecting: FeedEntry[] = [];
  /** What waits for a rendering that is under way, and the batch that it came with. */
  #waiting: { entry: FeedEntry; batch: number }[] = [];
  #rendering = false;

  constructor(topic: Topic, metrics: Metrics, limit: number) {
    this.#topic = topic;
    this.selection = topic.selection;
    this.#metrics = metrics;
    this.#limit = limit;
    const matches = filterPredicate(topic.selection.filter);
    this.#isMatch = (activity) => isInScope(topic.selection.scope, activity) && matches(activity);
  }

  get size(): number {
    return this.#members.size;
  }

  /** Adds a member that gets what comes after the batch. */
  add(member: Member, after: number): void {
    this.#members.set(member, after);
  }

  remove(member: Member): boolean {
    return this.#members.delete(member);
  }

  /** Keeps the entry for `deliver` where it is for this group. @returns true where it is the first of a batch. */
  collect(entry: FeedEntry): boolean {
    // The index may name a group twice for one entry.
    if (this.#collecting.at(-1)?.position === entry.position || !this.#isMatch(entry.activity)) return false;
    const activity = reveal(this.selection.scope, entry.activity);
    this.#collecting.push(activity === entry.activity ? entry : { activity, position: entry.position });
    return this.#collecting.length === 1;
  }

  /** Renders what was collected and hands it on. Resolves when that is done, or goes on by itself. */
  async deliver(batch: number, pace: Pace): Promise<void> {
    const entries = this.#collecting;
    this.#collecting = [];
    if (this.#rendering) return this.#enqueue(entries, batch);
    const deliveries: Delivery[] = [];
    for (const [at, entry] of entries.entries()) {
      if (pace.isDue()) await pace.rest();
      this.#metrics.live.executions += 1;
      const text = this.#render(entry);
      if (typeof text === 'string') deliveries.push(new Delivery(entry, text));
      else {
        this.#enqueue(entries.slice(at + 1), batch);
        void this.#renderRest(entry, text, batch);
        break;
      }
    }
    await this.#hand(deliveries, batch, pace);
  }

  /** A rendering that throws is one that rejects. */
  #render(entry: FeedEntry): string | Promise<string> {
    try {
      return this.#topic.render(entry);
    } catch (error) {
      return Promise.reject(error as Error);
    }
  }

  #enqueue(entries: readonly FeedEntry[], batch: number): void {
    for (const entry of entries) this.#waiting.push({ entry, batch });
    if (this.#waiting.length <= this.#limit) return;
    this.#waiting = [];
    this.#abandon(batch);
  }

  /** Nothing up to this batch will come through the group any more. */
  #abandon(batch: number): void {
    for (const [member, since] of [...this.#members]) if (since < batch) member.fallBehind();
  }

  async #renderRest(entry: FeedEntry, first: Promise<string>, batch: number): Promise<void> {
    this.#rendering = true;
    const pace = new Pace();
    let current = { entry, batch, text: first as string | Promise<string> };
    for (;;) {
      try {
        const text = await current.text;
        await this.#hand([new Delivery(current.entry, text)], current.batch, pace);
      } catch {
        // Whoever was to get it reads it for himself, patiently.
        const last = this.#waiting.at(-1)?.batch ?? current.batch;
        this.#waiting = [];
        this.#abandon(last);
      }
      const next = this.#waiting.shift();
      if (next === undefined) break;
      this.#metrics.live.executions += 1;
      current = { ...next, text: this.#render(next.entry) };
    }
    this.#rendering = false;
  }

  async #hand(deliveries: readonly Delivery[], batch: number, pace: Pace): Promise<void> {
    if (deliveries.length === 0) return;
    for (const [member, since] of this.#members) {
      if (since >= batch) continue;
      member.take(deliveries);
      if (pace.isDue()) await pace.rest();
    }
  }
}
