import type { Activity } from '../../src/core/activity/activity.ts';
import type { FeedEntry } from '../../src/core/activity/feed.ts';
import type { Member } from '../../src/live/group.ts';
import type { Hub } from '../../src/live/hub.ts';
import type { Delivery, Topic } from '../../src/live/topic.ts';
import { entryOf } from '../support/generated-entries.ts';
import { operatorScope } from './model-source.ts';

let sequence = 0n;

/** Something that was committed, as the feed hands it on. */
export function feedEntry(id: string, fields: Partial<Activity> = {}): FeedEntry {
  sequence += 1n;
  const until = { xmin: sequence + 1n, xmax: sequence + 1n, xip: [] };
  const place = { transactionId: sequence, sequence };
  return {
    activity: { ...entryOf({ id }), payload: null, ...place, ...fields },
    position: { seen: { xmin: 1n, xmax: 1n, xip: [] }, within: { until, place } },
  };
}

/** A topic of everything in the workspace w1. */
export function topicOf(render: Topic['render'], rest: Partial<Topic> = {}): Topic {
  return { key: 'everything', selection: { scope: operatorScope, filter: {} }, render, ...rest };
}

/** A member that notes what it is given. It leaves where it falls behind, as subscriptions do. */
export class NotingMember implements Member {
  readonly topic: Topic;
  readonly got: Delivery[] = [];
  fellBehind = 0;
  /** Called with everything that it takes. */
  onTake: (() => void) | undefined;
  readonly #hub: Hub;

  constructor(hub: Hub, topic: Topic) {
    this.#hub = hub;
    this.topic = topic;
  }

  get texts(): string[] {
    return this.got.map(({ text }) => text);
  }

  take(deliveries: readonly Delivery[]): void {
    this.got.push(...deliveries);
    this.onTake?.();
  }

  fallBehind(): void {
    this.fellBehind += 1;
    this.leave();
  }

  join(): this {
    this.#hub.add(this);
    return this;
  }

  leave(): void {
    this.#hub.remove(this);
  }
}

/** Renderings that wait for the test to end them, by the id of the entry. */
export class HeldRenderings {
  readonly #held = new Map<string, { resolve(text: string): void; reject(error: Error): void }>();

  get ids(): string[] {
    return [...this.#held.keys()];
  }

  readonly render = ({ activity: { id } }: FeedEntry): Promise<string> =>
    new Promise((resolve, reject) => void this.#held.set(id, { resolve, reject }));

  /** Ends one, with the id as its text or with an error, and lets the group go on. */
  async end(id: string, error?: Error): Promise<void> {
    const held = this.#held.get(id);
    if (held === undefined) throw new Error(`${id} is not being rendered`);
    this.#held.delete(id);
    if (error === undefined) held.resolve(id);
    else held.reject(error);
    await turn();
  }
}

/** Everything that can go on without waiting for something has gone on. */
export const turn = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));
