import { afterEach, beforeEach, vi } from 'vitest';
import { createMemoryStore } from '@/spool/memory-store.ts';
import { Spool } from '@/spool/spool.ts';
import type { SpoolOptions } from '@/spool/spool-options.ts';
import type { SpoolStore } from '@/spool/spool-store.ts';
import { signal } from '../support/signal.ts';
import { Away, type Destination, type Item, notes } from './destination.ts';

/** For each test of a file: time goes on only where the test lets it pass, and delays are whole, nothing left to chance. */
export function holdTime(): void {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    vi.spyOn(Math, 'random').mockReturnValue(1);
  });
  afterEach(() => {
    vi.useRealTimers();
    vi.restoreAllMocks();
  });
}

export const pass = async (milliseconds: number) => void (await vi.advanceTimersByTimeAsync(milliseconds));
const everything = { records: 1_000_000, bytes: 1_000_000_000 };

/** A spool over a store in memory, or the one of the options. */
export function spoolTo(destination: Destination, options: Partial<SpoolOptions<Item, string>> = {}) {
  const { lines, on } = notes();
  const store = options.store ?? createMemoryStore();
  const spool = new Spool<Item, string>({
    store,
    send: destination.send,
    isAway: (error) => error instanceof Away,
    toRecord: (item) => JSON.stringify(item),
    fromRecord: (record) => JSON.parse(record) as Item,
    on,
    ...options,
  });
  const kept = async () => (await store.peek(everything)).map((record) => (JSON.parse(record) as Item).id);
  return { spool, store, lines, kept };
}

/** Holds the store's appends back until it is opened. */
export function gateOf(store: SpoolStore): { open(): void } {
  const append = store.append.bind(store);
  const gate = signal();
  vi.spyOn(store, 'append').mockImplementation(async (records) => {
    await gate.fired;
    await append(records);
  });
  return { open: gate.fire };
}

/** How a promise ends, for those that must still be pending later. */
export function fateOf<T>(promise: Promise<T>): {
  is: 'pending' | 'resolved' | 'rejected';
  value?: T;
  error?: unknown;
} {
  const fate: ReturnType<typeof fateOf<T>> = { is: 'pending' };
  promise.then(
    (value) => Object.assign(fate, { is: 'resolved', value }),
    (error: unknown) => Object.assign(fate, { is: 'rejected', error }),
  );
  return fate;
}
