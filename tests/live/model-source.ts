import type fc from 'fast-check';
import type { Activity } from '../../src/core/activity/activity.ts';
import type { FeedRead, FeedRequest, FeedSource } from '../../src/core/activity/feed.ts';
import { filterPredicate } from '../../src/core/activity/filter.ts';
import { comparePlaces, isBehind, isVisible, type Snapshot } from '../../src/core/activity/position.ts';
import { isInScope, type ReadScope, reveal } from '../../src/core/activity/visibility.ts';
import { entryOf } from '../support/generated-entries.ts';

export const operatorScope: ReadScope = {
  workspaceId: 'w1',
  visibilities: ['INTERNAL', 'CLIENT', 'SYSTEM'],
  brandIds: null,
  internals: true,
};

/** What PostgreSQL is to the feed, in memory: ids at the beginning of a transaction, entries at its end. */
export class ModelSource implements FeedSource {
  readonly committed: Activity[] = [];
  /** In the order in which the transactions committed; by id, when each began and ended. */
  readonly moments = new Map<bigint, { began: number; ended: number }>();
  reads = 0;
  /** The next reads that fail. */
  failures = 0;
  #next = 5n;
  #sequence = 1n;
  #clock = 0;
  readonly #open = new Map<bigint, number>();
  readonly #listeners = new Set<() => void>();

  get listeners(): number {
    return this.#listeners.size;
  }

  begin(): bigint {
    const id = this.#next;
    this.#next += 1n;
    this.#open.set(id, ++this.#clock);
    return id;
  }

  /** Ends a transaction with some entries, telling nobody. */
  commit(transactionId: bigint, count = 1, changes: Partial<Activity> = {}): Activity[] {
    const entries = Array.from({ length: count }, (): Activity => {
      const sequence = this.#sequence++;
      return { ...entryOf({ id: `m${sequence}` }), payload: null, ...changes, transactionId, sequence };
    });
    this.moments.set(transactionId, { began: this.#open.get(transactionId) ?? 0, ended: ++this.#clock });
    this.#open.delete(transactionId);
    this.committed.push(...entries);
    return entries;
  }

  write(count = 1, changes: Partial<Activity> = {}): Activity[] {
    return this.commit(this.begin(), count, changes);
  }

  hint(): void {
    for (const listener of this.#listeners) listener();
  }

  onHint(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  now(): Snapshot {
    const xip = [...this.#open.keys()].sort((a, b) => (a < b ? -1 : 1));
    return { xmin: xip[0] ?? this.#next, xmax: this.#next, xip };
  }

  /** What is to come for a reader from a snapshot on. */
  after(snapshot: Snapshot): Activity[] {
    return this.committed.filter(({ transactionId }) => !isVisible(snapshot, transactionId));
  }

  async readSnapshot(): Promise<Snapshot> {
    this.#mayFail();
    return this.now();
  }

  async readFeed({ after, limit, until, selection }: FeedRequest): Promise<FeedRead> {
    this.#mayFail();
    const end = after.within?.until ?? until ?? this.now();
    const matches = filterPredicate(selection?.filter ?? {});
    const found = this.committed
      .filter((entry) => isVisible(end, entry.transactionId) && !isBehind(after, entry))
      .filter((entry) => selection === undefined || (isInScope(selection.scope, entry) && matches(entry)))
      .sort(comparePlaces);
    const entries = found.slice(0, limit).map((entry) => {
      const { transactionId, sequence } = entry;
      const activity = selection === undefined ? entry : reveal(selection.scope, entry);
      return { activity, position: { seen: after.seen, within: { until: end, place: { transactionId, sequence } } } };
    });
    const settled = found.length <= limit;
    return { entries, settled, position: settled ? { seen: end } : (entries.at(-1)?.position ?? after) };
  }

  #mayFail(): void {
    this.reads += 1;
    if (this.failures === 0) return;
    this.failures -= 1;
    throw new Error('the database is away');
  }
}

/** Of two entries, the one whose transaction ended before the other's began comes first; inside one, by sequence. */
export function isInOrder(source: ModelSource, entries: readonly Activity[]): boolean {
  return entries.every((one, place) =>
    entries.slice(place + 1).every((other) => {
      if (one.transactionId === other.transactionId) return one.sequence < other.sequence;
      const [first, second] = [source.moments.get(one.transactionId), source.moments.get(other.transactionId)];
      return first !== undefined && second !== undefined && second.ended > first.began;
    }),
  );
}

/** The source over a slow wire: a statement runs when the scheduler says so, and is answered when it says so again. */
export function scheduled(source: ModelSource, s: fc.Scheduler): FeedSource {
  const slowly = async <T>(run: () => Promise<T>): Promise<T> => {
    await s.schedule(Promise.resolve(), 'statement');
    const [outcome] = await Promise.allSettled([run()]);
    await s.schedule(Promise.resolve(), 'answer');
    if (outcome.status === 'rejected') throw outcome.reason;
    return outcome.value;
  };
  return {
    readFeed: (request) => slowly(() => source.readFeed(request)),
    readSnapshot: () => slowly(() => source.readSnapshot()),
    onHint: (listener) => source.onHint(listener),
  };
}
