import { setTimeout as delay } from 'node:timers/promises';
import { ActivityLogClientError, createActivityLogClient } from '../../src/client/client.ts';

export interface SteadyWriterOptions {
  /** Of the service; asked before every attempt. */
  url: () => string;
  token: string;
  /** The keys of the entries are `name/caller/number`. */
  name: string;
  callers?: number;
  /** Milliseconds that a request may take. */
  timeout?: number;
}

/** Milliseconds between two calls of a caller, and before a call is tried again. */
const pause = 10;

/** Callers that log one entry after the other, each as often as it takes, with the same key, as good clients do. */
export class SteadyWriters {
  /** The ids that they were told, by key. */
  readonly acknowledged = new Map<string, string>();
  /** What attempts failed with. */
  readonly failures: ActivityLogClientError[] = [];
  readonly #options: SteadyWriterOptions;
  readonly #work: Promise<unknown>;
  #waiting: { condition: () => boolean; resolve: () => void }[] = [];
  #stopping = false;

  constructor(options: SteadyWriterOptions) {
    this.#options = options;
    this.#work = Promise.all(Array.from({ length: options.callers ?? 4 }, (_, caller) => this.#run(caller)));
    // For whoever asks.
    this.#work.catch(() => undefined);
  }

  /** Resolves when the condition holds; it is looked at after every attempt. Throws what ended a caller. */
  async until(condition: () => boolean): Promise<void> {
    if (condition()) return;
    const held = new Promise<void>((resolve) => void this.#waiting.push({ condition, resolve }));
    await Promise.race([held, this.#work]);
  }

  /** Resolves once so many more entries were acknowledged. */
  async more(count: number): Promise<void> {
    const due = this.acknowledged.size + count;
    await this.until(() => this.acknowledged.size >= due);
  }

  /** Resolves once so many more attempts failed. @returns what with */
  async fail(count: number): Promise<ActivityLogClientError[]> {
    const before = this.failures.length;
    await this.until(() => this.failures.length >= before + count);
    return this.failures.slice(before);
  }

  /** Makes no further call. Resolves when the last one is acknowledged. */
  async stop(): Promise<void> {
    this.#stopping = true;
    await this.#work;
  }

  async #run(caller: number): Promise<void> {
    const { name, url, token, timeout = 30_000 } = this.#options;
    for (let number = 0; !this.#stopping; number += 1) {
      const key = `${name}/${caller}/${number}`;
      while (!(await this.#attempt(key, () => createActivityLogClient({ url: url(), token, timeout }))))
        await delay(pause);
      await delay(pause);
    }
  }

  async #attempt(key: string, client: () => ReturnType<typeof createActivityLogClient>): Promise<boolean> {
    const what = { entityType: 'OTHER', entityId: key, eventKey: 'call.made', idempotencyKey: key } as const;
    try {
      const { activity } = await client().log({
        workspaceId: 'w1',
        ...what,
        actorType: 'SYSTEM',
        actorLabel: 'writer',
      });
      this.acknowledged.set(key, activity.databaseId);
      return true;
    } catch (error) {
      // Anything but UNAVAILABLE would not be tried again by a good client: none of these faults may end in it.
      if (!(error instanceof ActivityLogClientError && error.code === 'UNAVAILABLE')) throw error;
      this.failures.push(error);
      return false;
    } finally {
      const due = this.#waiting.filter(({ condition }) => condition());
      this.#waiting = this.#waiting.filter((one) => !due.includes(one));
      for (const { resolve } of due) resolve();
    }
  }
}
