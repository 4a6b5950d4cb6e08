import type { StatementObserver } from './database.ts';

/** Tells an observer of statements; without one it costs nothing. */
export class ObservedStatements {
  #observer: StatementObserver | undefined;

  observe(observer: StatementObserver): void {
    this.#observer = observer;
  }

  async run<T>(pool: string, text: string, send: () => Promise<T>): Promise<T> {
    const end = this.#observer?.(pool, text);
    if (end === undefined) return await send();
    try {
      const result = await send();
      end();
      return result;
    } catch (error) {
      end(error);
      throw error;
    }
  }
}
