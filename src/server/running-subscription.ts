import type { ExecutionResult } from 'graphql';
import type { Subscription } from '../live/subscription.ts';

type Result = IteratorResult<ExecutionResult, undefined>;

/**
 * A subscription as graphql-ws takes it: an iterator whose `next()` waits for the end, while the results go straight to the
 * socket. It begins with the first `next()`; `return()` ends it.
 */
export class RunningSubscription implements AsyncIterableIterator<ExecutionResult, undefined, undefined> {
  subscription: Subscription | undefined;
  #settle: ((result: Result) => void) | undefined;
  #ended = false;

  next(): Promise<Result> {
    if (this.#ended) return Promise.resolve({ done: true, value: undefined });
    return new Promise((resolve) => {
      this.#settle = resolve;
      this.subscription?.start();
    });
  }

  /** Ends it with a last result. */
  fail(result: ExecutionResult): void {
    this.#ended = true;
    this.#settle?.({ done: false, value: result });
  }

  return(): Promise<Result> {
    this.#ended = true;
    this.subscription?.close();
    // The `next()` that waits is left as it is: graphql-ws would take its end for that of an operation which has the same
    // id by then.
    this.#settle = undefined;
    return Promise.resolve({ done: true, value: undefined });
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}
