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

/** Entries that came together, with their number. */
interface Batch {
  entries: readonly FeedEntry[];
  batch: number;
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
  /** What waits for a rendering that is under way. */
  #waiting: Batch[] = [];
  #waitingCount = 0;
  #isRendering = false;

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
    if (this.#isRendering) {
      this.#waiting.push({ entries, batch });
      this.#waitingCount += entries.length;
      if (this.#waitingCount > this.#limit) this.#abandon();
      return;
    }
    const texts = await this.#render(entries, pace);
    if (texts.every((text) => typeof text === 'string')) await this.#hand(entries, texts, batch, pace);
    else void this.#finish({ entries, batch }, texts);
  }

  /** Each entry's text, or a promise of it. A rendering that throws is one that rejects. */
  async #render(entries: readonly FeedEntry[], pace: Pace): Promise<(string | Promise<string>)[]> {
    const texts: (string | Promise<string>)[] = [];
    for (const entry of entries) {
      if (pace.isDue()) await pace.rest();
      this.#metrics.live.executions += 1;
      let text: string | Promise<string>;
      try {
        text = this.#topic.render(entry);
      } catch (error) {
        text = Promise.reject(error as Error);
      }
      // Whoever waits for it hears of its failure; until then it is nobody's.
      if (typeof text !== 'string') text.catch(() => {});
      texts.push(text);
    }
    return texts;
  }

  /** Waits for a rendering, and for those of the batches that come meanwhile. */
  async #finish(first: Batch, firstTexts: readonly (string | Promise<string>)[]): Promise<void> {
    this.#isRendering = true;
    const pace = new Pace();
    let texts = firstTexts;
    for (let batch: Batch | undefined = first; batch !== undefined; ) {
      try {
        await this.#hand(batch.entries, await Promise.all(texts), batch.batch, pace);
      } catch {
        // Whoever was to get it reads it for himself, patiently.
        this.#waiting.unshift(batch);
        this.#abandon();
      }
      batch = this.#waiting.shift();
      if (batch === undefined) break;
      this.#waitingCount -= batch.entries.length;
      texts = await this.#render(batch.entries, pace);
    }
    this.#isRendering = false;
  }

  /** Nothing of what waits will come through the group. */
  #abandon(): void {
    const last = this.#waiting.at(-1)?.batch ?? 0;
    this.#waiting = [];
    this.#waitingCount = 0;
    for (const [member, since] of [...this.#members]) if (since < last) member.fallBehind();
  }

  async #hand(entries: readonly FeedEntry[], texts: readonly string[], batch: number, pace: Pace): Promise<void> {
    const deliveries = entries.map((entry, at) => new Delivery(entry, texts[at] as string));
    for (const [member, since] of this.#members) {
      if (since >= batch) continue;
      member.take(deliveries);
      if (pace.isDue()) await pace.rest();
    }
  }
}
