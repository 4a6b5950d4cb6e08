import type { FeedSource } from '../core/activity/feed.ts';
import type { Position, Snapshot } from '../core/activity/position.ts';
import type { Logger } from '../log.ts';
import type { Metrics } from '../metrics.ts';
import type { Member } from './group.ts';
import { Hub } from './hub.ts';
import { retryDelay } from './retry-delay.ts';

export interface FeedOptions {
  source: FeedSource;
  logger: Logger;
  metrics: Metrics;
  /** Milliseconds between looks for entries that came without a hint. */
  pollInterval: number;
  /** Entries that may wait for a group of subscribers whose rendering takes its time. */
  queueLimit: number;
  /** Entries of one read. */
  batch?: number;
}

interface Joiner {
  member: Member;
  resolve(at: Snapshot | undefined): void;
  reject(error: unknown): void;
}

/** Under a steady stream of hints one part in so many of the time is spent on reading; the rest is never longer than this. */
const readingShare = 10;
const longestRest = 10;

/** Milliseconds since 1970, to the microsecond. */
const now = () => performance.timeOrigin + performance.now();

/**
 * The one reader of new entries in this process, for however many subscribers.
 *
 * States: idle (nobody subscribed: no reading, no position) -> reading (a window is under way) <-> waiting (for a hint
 * or the poll) -> idle. The position moves with every entry that was handed on, so a failed read is simply repeated:
 * nothing is lost or doubled while the database is away. Hints save time and are never needed.
 */
export class Feed {
  readonly #options: Required<FeedOptions>;
  readonly #hub: Hub;
  #joiners: Joiner[] = [];
  /** Everything up to here was handed to the hub. */
  #position: Position | undefined;
  #wake: (() => void) | undefined;
  #woken = false;
  /** When the earliest commit was that a hint has told of since the last read. */
  #hintedAt: number | undefined;
  /** Before this moment of the clock no hint makes it read again. */
  #restUntil = 0;
  #running: Promise<void> | undefined;
  /** When it was last at the end, or began. */
  #caughtUpAt = 0;
  #closed = false;

  constructor(options: FeedOptions) {
    this.#options = { batch: 500, ...options };
    this.#hub = new Hub(options.metrics, options.queueLimit);
  }

  /**
   * Adds a member between two windows. From the snapshot that this resolves with on, the hub hands it every matching
   * entry, each once; that snapshot is never older than the call. Resolves with undefined where it left first.
   * @throws an Error when the feed is closed
   */
  join(member: Member): Promise<Snapshot | undefined> {
    return new Promise((resolve, reject) => {
      if (this.#closed) return reject(new Error('the feed is closed'));
      this.#joiners.push({ member, resolve, reject });
      this.wake();
      this.#running ??= this.#run();
    });
  }

  /** May be called twice, and before the join is done. */
  leave(member: Member): void {
    this.#hub.remove(member);
    const joiner = this.#joiners.find((other) => other.member === member);
    if (joiner !== undefined) {
      this.#joiners = this.#joiners.filter((other) => other !== joiner);
      joiner.resolve(undefined);
    }
    if (this.#isIdle()) this.wake();
  }

  /** Milliseconds since it has last read to the end; undefined while nobody is subscribed. */
  get age(): number | undefined {
    return this.#running === undefined ? undefined : performance.now() - this.#caughtUpAt;
  }

  /** Reads at once instead of at the next poll. */
  wake(): void {
    this.#woken = true;
    this.#wake?.();
  }

  /** Ends the reading and waits for it. Subscribers get nothing more. May be called twice. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const joiner of this.#joiners.splice(0)) joiner.reject(new Error('the feed is closed'));
    this.wake();
    await this.#running;
  }

  #isIdle(): boolean {
    return this.#hub.size === 0 && this.#joiners.length === 0;
  }

  async #run(): Promise<void> {
    const stopHints = this.#options.source.onHint((committedAt) => {
      if (committedAt !== undefined) this.#hintedAt = Math.min(this.#hintedAt ?? committedAt, committedAt);
      this.wake();
    });
    let failures = 0;
    this.#caughtUpAt = performance.now();
    while (!this.#closed && !this.#isIdle()) {
      this.#woken = false;
      try {
        await this.#read();
        this.#caughtUpAt = performance.now();
        failures = 0;
        if (!this.#woken) await this.#pause(this.#options.pollInterval);
        await this.#rest();
      } catch (error) {
        this.#options.metrics.feedFailures.inc();
        if (failures === 0) this.#options.logger.warn({ err: error }, 'the live feed cannot read; it goes on trying');
        if (!this.#closed) await this.#pause(retryDelay(failures));
        failures += 1;
      }
    }
    stopHints();
    this.#position = undefined;
    this.#running = undefined;
  }

  /** One window to its end, then those who asked to join before it began. */
  async #read(): Promise<void> {
    const joining = [...this.#joiners];
    const at = await this.#readToEnd();
    const waiting = new Set(this.#joiners);
    for (const joiner of joining) {
      if (!waiting.delete(joiner)) continue;
      this.#hub.add(joiner.member);
      joiner.resolve(at);
    }
    this.#joiners = [...waiting];
  }

  async #readToEnd(): Promise<Snapshot> {
    this.#position ??= { seen: await this.#options.source.readSnapshot() };
    // A window that an earlier call left unfinished is closed first; the one after it ends at a snapshot of now.
    let fresh = this.#position.within === undefined;
    for (;;) {
      const committedAt = this.#hintedAt;
      this.#hintedAt = undefined;
      const began = performance.now();
      const read = await this.#options.source.readFeed({ after: this.#position, limit: this.#options.batch });
      this.#restUntil = began + Math.min((performance.now() - began) * readingShare, longestRest);
      this.#options.metrics.feedRead.inc(read.entries.length);
      const isForSomebody = await this.#hub.deliver(read.entries);
      if (isForSomebody && committedAt !== undefined)
        this.#options.metrics.lag.observe(Math.max(0, now() - committedAt) / 1_000);
      this.#position = read.position;
      // Closed meanwhile: nobody waits for the rest.
      if ((read.settled && fresh) || this.#closed) return read.position.seen;
      fresh ||= read.settled;
    }
  }

  /** Where hints come all the time: reading what they tell of together disturbs those who write less. */
  async #rest(): Promise<void> {
    const left = this.#restUntil - performance.now();
    if (left >= 1 && !this.#closed) await new Promise((resolve) => setTimeout(resolve, left));
  }

  #pause(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        this.#wake = undefined;
        resolve();
      };
      const timer = setTimeout(done, milliseconds);
      this.#wake = done;
    });
  }
}
