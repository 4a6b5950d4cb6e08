/**
 * An async iterable whose `return()` ends it at once, even while it waits for its next value (a bare async generator
 * would first have to get one). `make` gets the signal that it has to obey.
 * @param outer ends the iteration too; where it is aborted with a reason that is an Error, the iteration throws it.
 */
export function abortable<T>(
  make: (signal: AbortSignal) => AsyncGenerator<T, void, undefined>,
  outer?: AbortSignal,
): AsyncIterableIterator<T> {
  const controller = new AbortController();
  const onOuter = () => controller.abort(outer?.reason);
  if (outer?.aborted) onOuter();
  else outer?.addEventListener('abort', onOuter, { once: true });
  const generator = make(controller.signal);
  const done = { done: true, value: undefined } as const;

  const end = (): IteratorReturnResult<undefined> => {
    outer?.removeEventListener('abort', onOuter);
    const { reason } = outer ?? {};
    if (outer?.aborted && reason instanceof Error && controller.signal.reason === reason) throw reason;
    return done;
  };

  return {
    [Symbol.asyncIterator]() {
      return this;
    },
    async next() {
      try {
        const result = await generator.next();
        return result.done || controller.signal.aborted ? end() : result;
      } catch (error) {
        if (controller.signal.aborted) return end();
        outer?.removeEventListener('abort', onOuter);
        throw error;
      }
    },
    async return() {
      outer?.removeEventListener('abort', onOuter);
      controller.abort();
      await generator.return();
      return done;
    },
    async throw(error: unknown) {
      await this.return?.();
      throw error;
    },
  };
}
