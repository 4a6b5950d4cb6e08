import { getEventListeners } from 'node:events';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { abortable } from '@/live/abortable.ts';
import { signal as makeSignal } from '../support/signal.ts';

const untilAborted = (signal: AbortSignal) =>
  new Promise<void>((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });

/** Some values, and then nothing more until it is aborted. */
function valuesThenSilence(count: number, ended: () => void = () => {}) {
  return async function* (signal: AbortSignal) {
    try {
      for (let value = 0; value < count; value++) yield value;
      await untilAborted(signal);
    } finally {
      ended();
    }
  };
}

describe('an abortable iteration', () => {
  it('gives the values of its generator in their order, and its end', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.anything()), async (values) => {
        const got: unknown[] = [];
        const iteration = abortable(async function* () {
          yield* values;
        });
        for await (const value of iteration) got.push(value);
        expect(got).toEqual(values);
        expect(await iteration.next()).toEqual({ done: true, value: undefined });
      }),
    );
  });

  it('ends at once by return() while it waits for a value, and whoever waits gets its end', async () => {
    const ended = makeSignal();
    const iteration = abortable(valuesThenSilence(1, ended.fire));
    expect(await iteration.next()).toEqual({ done: false, value: 0 });
    const waiting = iteration.next();
    const waitingToo = iteration.next();
    expect(await iteration.return?.()).toEqual({ done: true, value: undefined });
    await ended.fired;
    expect([await waiting, await waitingToo]).toEqual([
      { done: true, value: undefined },
      { done: true, value: undefined },
    ]);
    expect(await iteration.return?.()).toEqual({ done: true, value: undefined });
  });

  it('never starts what is ended before its first value is asked for', async () => {
    let started = false;
    const iteration = abortable(async function* () {
      started = true;
      yield 1;
    });
    await iteration.return?.();
    expect(await iteration.next()).toEqual({ done: true, value: undefined });
    expect(started).toBe(false);
  });

  it('gives no value any more once it is ended, not even one that was on its way', async () => {
    const go = makeSignal();
    const iteration = abortable(async function* () {
      await go.fired;
      yield 'too late';
    });
    const waiting = iteration.next();
    const returned = iteration.return?.();
    go.fire();
    expect([await waiting, await returned]).toEqual([
      { done: true, value: undefined },
      { done: true, value: undefined },
    ]);
  });

  it('runs what its generator does at its end, when a loop is left', async () => {
    let ended = 0;
    const make = valuesThenSilence(5, () => {
      ended += 1;
    });
    for await (const value of abortable(make)) if (value === 2) break;
    expect(ended).toBe(1);
    await expect(
      (async () => {
        for await (const _ of abortable(make)) throw new Error('the reader failed');
      })(),
    ).rejects.toThrow('the reader failed');
    expect(ended).toBe(2);
  });

  it('throws what its generator throws, and is at its end', async () => {
    const { signal } = new AbortController();
    const iteration = abortable<number>(async function* () {
      yield 1;
      throw new Error('the source failed');
    }, signal);
    await iteration.next();
    await expect(iteration.next()).rejects.toThrow('the source failed');
    expect(await iteration.next()).toEqual({ done: true, value: undefined });
    expect(getEventListeners(signal, 'abort')).toHaveLength(0);
  });

  it('passes throw() on as the end of its generator', async () => {
    const ended = makeSignal();
    const iteration = abortable(valuesThenSilence(1, ended.fire));
    await iteration.next();
    const error = new Error('thrown in');
    await expect(iteration.throw?.(error)).rejects.toBe(error);
    await ended.fired;
    expect(await iteration.next()).toEqual({ done: true, value: undefined });
  });
});

describe('the outer signal', () => {
  it('ends it while it waits: by its reason where that is an error of somebody, else quietly', async () => {
    for (const reason of [new Error('the token has expired'), undefined, 'text']) {
      const outer = new AbortController();
      const ended = makeSignal();
      const iteration = abortable(valuesThenSilence(1, ended.fire), outer.signal);
      await iteration.next();
      const waiting = iteration.next();
      outer.abort(reason);
      if (reason === 'text') expect(await waiting).toEqual({ done: true, value: undefined });
      else await expect(waiting).rejects.toBe(outer.signal.reason);
      await ended.fired;
      expect(getEventListeners(outer.signal, 'abort')).toHaveLength(0);
    }
  });

  it('ends it where it was aborted before', async () => {
    let gave = false;
    const reason = new Error('gone');
    const iteration = abortable(async function* (signal) {
      if (signal.aborted) return;
      gave = true;
      yield 1;
    }, AbortSignal.abort(reason));
    await expect(iteration.next()).rejects.toBe(reason);
    expect(gave).toBe(false);
  });

  it('ends it between two values: the one that was not taken yet is not given', async () => {
    const outer = new AbortController();
    const iteration = abortable(valuesThenSilence(5), outer.signal);
    await iteration.next();
    outer.abort('text');
    expect(await iteration.next()).toEqual({ done: true, value: undefined });
  });

  it('means nothing any more once it was ended by return(), and nothing is left on it', async () => {
    const outer = new AbortController();
    for (let round = 0; round < 20; round++) {
      const iteration = abortable(valuesThenSilence(2), outer.signal);
      await iteration.next();
      await iteration.return?.();
    }
    for await (const _ of abortable(async function* () {}, outer.signal)) expect.unreachable();
    expect(getEventListeners(outer.signal, 'abort')).toHaveLength(0);
    const iteration = abortable(valuesThenSilence(2), outer.signal);
    await iteration.return?.();
    outer.abort(new Error('later'));
    expect(await iteration.next()).toEqual({ done: true, value: undefined });
  });
});
