import { expect, onTestFinished } from 'vitest';
import { createActivityLogClient } from '../../src/client/client.ts';
import { readTrail } from '../support/trail.ts';
import type { SteadyWriters } from './steady-writers.ts';

/** Follows the workspace w1 by our client, which finds its way back by itself, for the test that runs. */
export class SteadySubscriber {
  readonly received: string[] = [];
  /** Why its connections ended. */
  readonly ends: string[] = [];
  #following: Promise<void> = Promise.resolve();
  #waiting: { condition: () => boolean; resolve: () => void }[] = [];

  private constructor() {}

  /** From now on. @param url of the service, or of a proxy in front of it */
  static async start(url: string, token: string): Promise<SteadySubscriber> {
    const subscriber = new SteadySubscriber();
    const client = createActivityLogClient({ url, token });
    onTestFinished(async () => await client.close());
    const { liveCursor: after } = await client.timeline({ workspaceId: 'w1', first: 0 });
    const onRetry = ({ error }: { error: Error }) => subscriber.#note(() => subscriber.ends.push(error.message));
    subscriber.#following = (async () => {
      for await (const { activity } of client.subscribe({ workspaceId: 'w1', after, onRetry }))
        subscriber.#note(() => subscriber.received.push(activity.entityId));
    })();
    subscriber.#following.catch(() => undefined);
    return subscriber;
  }

  /** Resolves when the condition holds; it is looked at after every entry and every cut. Throws what ended it. */
  async until(condition: () => boolean): Promise<void> {
    if (condition()) return;
    const held = new Promise<void>((resolve) => void this.#waiting.push({ condition, resolve }));
    await Promise.race([held, this.#following]);
  }

  #note(what: () => void): void {
    what();
    const due = this.#waiting.filter(({ condition }) => condition());
    this.#waiting = this.#waiting.filter((one) => !due.includes(one));
    for (const { resolve } of due) resolve();
  }
}

/**
 * Fails unless everything that the writers were told is written is in the trail, each entry once, under the id that they
 * were told, and the subscribers get all that is in the trail, each entry once. The writers have stopped.
 */
export async function expectNothingLost(
  url: string,
  writers: readonly SteadyWriters[],
  subscribers: readonly SteadySubscriber[],
): Promise<void> {
  const trail = await readTrail(url);
  const ids = new Map(trail.map(({ key, id }) => [key, id]));
  expect(trail.length - ids.size, 'entries that are in the trail twice').toBe(0);
  for (const { acknowledged } of writers) {
    const wrong = [...acknowledged].filter(([key, id]) => ids.get(key) !== id);
    expect(wrong, 'acknowledged and not in the trail').toEqual([]);
  }
  const all = [...ids.keys()].sort();
  for (const subscriber of subscribers) {
    await subscriber.until(() => subscriber.received.length >= all.length);
    expect(subscriber.received.toSorted()).toEqual(all);
  }
}
