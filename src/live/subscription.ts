import { setTimeout as delay } from 'node:timers/promises';
import type { FeedSource } from '../core/activity/feed.ts';
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

/** What of one read was written, or tried. */
interface Step {
  entries: number;
  characters: number;
  /** True where the outlet did not take the last of them. */
  isFull: boolean;
  /** True where nothing was left in its window. */
  settled: boolean;
}

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
      const step = await this.#step(until, limit);
      if (step === undefined) return false;
      const each = Math.max(step.characters, 1) / Math.max(step.entries, 1);
      const fitting = Math.max(1, Math.floor(page.characters / each));
      if (step.isFull) {
        // Nothing of what was read is in reach any more: whoever does not read costs no more than what its outlet holds.
        await this.#outlet.room();
        limit = Math.min(limit, fitting);
        continue;
      }
      // The end of a window that the position lay in is not yet that of the one asked for.
      if (step.settled && (startsWindow || this.#position.seen === until)) return true;
      // Far behind: while the hub is joined, what it holds would only overflow.
      if (until !== undefined && !step.settled && step.entries === most) {
        this.fallBehind();
        return false;
      }
      limit = Math.min(most, limit * 4, fitting);
    }
    return false;
  }

  /**
   * One read, and the writing of it. Where the outlet does not take all, what is left is let go, to be read again from the
   * position once there is room. @returns undefined where the state changed meanwhile
   */
  async #step(until: Snapshot | undefined, limit: number): Promise<Step | undefined> {
    const state = this.#state;
    const { selection } = this.topic;
    const after = this.#position as Position;
    const read = await this.#patiently(() => this.#live.source.readFeed({ after, limit, selection, until }));
    if (read === undefined || this.#state !== state) return undefined;
    const { settled } = read;
    let [entries, characters] = [0, 0];
    for (const entry of read.entries) {
      const text = await this.#patiently(async () => await this.topic.render(entry));
      if (text === undefined || this.#state !== state) return undefined;
      entries += 1;
      characters += text.length;
      if (this.#write([new Delivery(entry, text)], 0) === 0) return { entries, characters, isFull: true, settled };
    }
    this.#position = read.position;
    return { entries, characters, isFull: false, settled };
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
