import { setTimeout as delay } from 'node:timers/promises';
import type { FeedRead, FeedRequest, FeedSource } from '../core/activity/feed.ts';
import type { Position, Snapshot } from '../core/activity/position.ts';
import { ActivityLogError } from '../errors.ts';
import type { Metrics } from '../metrics.ts';
import type { Feed } from './feed.ts';
import type { Member } from './group.ts';
import { retryDelay } from './retry-delay.ts';
import { Delivery, type Outlet, type Topic } from './topic.ts';

/** The parts of the process that subscriptions work with, and their bounds. */
export interface Live {
  feed: Feed;
  source: FeedSource;
  metrics: Metrics;
  /** Deliveries held for a subscriber while it reads what came before them. */
  queueLimit: number;
  /** The most entries of one read from the database. */
  batch?: number;
}

export interface SubscriptionOptions {
  live: Live;
  topic: Topic;
  outlet: Outlet;
  /** Everything after this position; from now on where there is none. */
  after?: Position | undefined;
  /** Called once where it cannot go on; never after `close`. */
  onFailure(error: unknown): void;
}

/** Entries of the first read of a catch-up, and characters that one read is to bring, which sizes those after it. */
const page = { first: 50, characters: 262_144 } as const;

const isAway = (error: unknown): boolean => error instanceof ActivityLogError && error.code === 'UNAVAILABLE';

/**
 * What was committed after a position, each entry once, and then what comes, written to an outlet.
 *
 * joining (the feed adds it at a snapshot H that is newer than its position, what comes then is held, and it reads the
 * exact window up to H) -> live (the hub writes on) -> behind, where the outlet is full, the hub too far ahead or the
 * window too long: out of the hub, nothing held but the position, it reads window after window, as fast as the outlet
 * takes them -> joining. Live costs no timer, no promise and no copy of an entry.
 */
export class Subscription implements Member {
  readonly topic: Topic;
  readonly #live: Live;
  readonly #outlet: Outlet;
  readonly #onFailure: (error: unknown) => void;
  /** Everything up to here was written. */
  #position: Position | undefined;
  /** What came while it reads the window before it; undefined where it is live or out of the hub. */
  #held: Delivery[] | undefined;
  #state: 'new' | 'joining' | 'live' | 'behind' | 'closed' = 'new';

  constructor({ live, topic, outlet, after, onFailure }: SubscriptionOptions) {
    this.topic = topic;
    this.#live = live;
    this.#outlet = outlet;
    this.#position = after;
    this.#onFailure = onFailure;
  }

  start(): void {
    if (this.#state === 'new') void this.#comeAlive();
  }

  /** Ends it: nothing is written any more. May be called twice. */
  close(): void {
    if (this.#state === 'closed') return;
    this.#state = 'closed';
    this.#held = undefined;
    this.#live.feed.leave(this);
  }

  take(deliveries: readonly Delivery[]): void {
    try {
      this.#take(deliveries);
    } catch (error) {
      this.#fail(error);
    }
  }

  #take(deliveries: readonly Delivery[]): void {
    if (this.#state === 'live') {
      if (this.#write(deliveries, 0) < deliveries.length) this.#turnBack();
    } else if (this.#held !== undefined) {
      if (this.#held.length + deliveries.length > this.#live.queueLimit) this.fallBehind();
      else this.#held.push(...deliveries);
    }
  }

  fallBehind(): void {
    if (this.#state === 'live') this.#turnBack();
    else if (this.#state === 'joining') this.#leave();
  }

  /** Out of the hub, with nothing but the position. */
  #leave(): void {
    this.#state = 'behind';
    this.#held = undefined;
    this.#live.feed.leave(this);
    this.#live.metrics.fellBehind.inc();
  }

  /** From live to the database. */
  #turnBack(): void {
    this.#leave();
    void this.#comeAlive();
  }

  /** Writes as much as the outlet takes. @returns the place in the list up to which it has */
  #write(deliveries: readonly Delivery[], from: number): number {
    const taken = from + this.#outlet.write(deliveries, from);
    this.#position = deliveries[taken - 1]?.entry.position ?? this.#position;
    return taken;
  }

  async #comeAlive(): Promise<void> {
    try {
      // Where little was missed, the window at joining is all that there is to read.
      for (let isBehind = this.#state === 'behind'; !this.#isClosed(); isBehind = true) {
        if (isBehind) {
          this.#live.metrics.catchUps.inc();
          await this.#outlet.room();
          await this.#readOn(undefined);
        }
        if (!this.#isClosed() && (await this.#join())) return;
      }
    } catch (error) {
      this.#fail(error);
    }
  }

  #fail(error: unknown): void {
    if (this.#isClosed()) return;
    this.close();
    this.#onFailure(error);
  }

  /** Joins the hub. @returns false where it is behind again */
  async #join(): Promise<boolean> {
    this.#state = 'joining';
    this.#held = [];
    const at = await this.#live.feed.join(this);
    if (at === undefined) return false;
    if (this.#position !== undefined && !(await this.#readOn(at))) return false;
    if (this.#state !== 'joining') return false;
    // What was held came after the snapshot.
    this.#position = { seen: at };
    const held = this.#held;
    if (held.length > 0 && this.#write(held, 0) < held.length) {
      this.#leave();
      return false;
    }
    this.#held = undefined;
    this.#state = 'live';
    return true;
  }

  /**
   * Reads from the database and writes: while it is joining, to the end of the window up to `until`; while it is behind,
   * without it, until a whole window had nothing more than one read takes. Nothing where it is closed, or closed meanwhile.
   * @returns true where it got there
   */
  async #readOn(until: Snapshot | undefined): Promise<boolean> {
    const state = until === undefined ? 'behind' : 'joining';
    const most = this.#live.batch ?? 500;
    let limit = Math.min(page.first, most);
    while (this.#state === state && this.#position !== undefined) {
      const startsWindow = this.#position.within === undefined;
      const read = await this.#readPatiently({
        after: this.#position,
        limit,
        selection: this.topic.selection,
        until,
      });
      if (read === undefined || this.#state !== state) return false;
      const characters = await this.#writeRead(read);
      if (characters === undefined) continue;
      // The end of a window that the position lay in is not yet that of the one asked for.
      if (read.settled && (startsWindow || read.position.seen === until)) return true;
      // Far behind: while the hub is joined, what it holds would only overflow.
      if (until !== undefined && !read.settled && read.entries.length === most) {
        this.fallBehind();
        return false;
      }
      const each = Math.max(characters, 1) / Math.max(read.entries.length, 1);
      limit = Math.max(1, Math.min(most, limit * 4, Math.floor(page.characters / each)));
    }
    return false;
  }

  /**
   * Writes what was read. @returns how many characters that were; undefined where the outlet was full before all of it was
   * written: what is left is let go, to be read again from the position once there is room
   */
  async #writeRead(read: FeedRead): Promise<number | undefined> {
    const state = this.#state;
    let characters = 0;
    for (const entry of read.entries) {
      const text = await this.#renderPatiently(entry);
      if (text === undefined || this.#state !== state) return undefined;
      characters += text.length;
      if (this.#write([new Delivery(entry, text)], 0) === 1) continue;
      await this.#outlet.room();
      return undefined;
    }
    this.#position = read.position;
    return characters;
  }

  #readPatiently(request: FeedRequest): Promise<FeedRead | undefined> {
    return this.#patiently(() => this.#live.source.readFeed(request));
  }

  #renderPatiently(entry: FeedRead['entries'][number]): Promise<string | undefined> {
    return this.#patiently(async () => await this.topic.render(entry));
  }

  /** Goes on trying while the database is away, as the feed does. Undefined where the state changes meanwhile. */
  async #patiently<T>(work: () => Promise<T>): Promise<T | undefined> {
    const state = this.#state;
    for (let failures = 0; this.#state === state; failures += 1) {
      try {
        return await work();
      } catch (error) {
        if (!isAway(error)) throw error;
      }
      await delay(retryDelay(failures), undefined, { ref: false });
    }
    return undefined;
  }

  #isClosed(): boolean {
    return this.#state === 'closed';
  }
}
