import { createActivityLogClient } from '../../src/client/client.ts';
import { ConnectionEnded, type LiveConnection } from '../support/live-connections.ts';
import type { SeededRandom } from '../support/seeded-random.ts';
import type { LiveDocument, ReceivedActivity } from './live-documents.ts';
import type { Reader } from './torture-readers.ts';

/** A server behind its proxy. */
export interface Road {
  url: string;
  /** Resolves while the server is there, or when it is back. */
  ready(): Promise<void>;
}

/** Who follows the feed to an entry, whatever befalls its connections, and all that it has received. */
export class Follower {
  readonly name: string;
  readonly reader: Reader;
  readonly received: ReceivedActivity[] = [];
  /** Why its connections ended, and how often. */
  readonly ends = new Map<string, number>();
  #waiting: { condition: () => boolean; resolve: () => void }[] = [];

  constructor(name: string, reader: Reader) {
    this.name = name;
    this.reader = reader;
  }

  take(activity: ReceivedActivity): void {
    this.received.push(activity);
    const due = this.#waiting.filter(({ condition }) => condition());
    this.#waiting = this.#waiting.filter((one) => !due.includes(one));
    for (const { resolve } of due) resolve();
  }

  /** Resolves when the condition holds; it is looked at after every entry. */
  async until(condition: () => boolean): Promise<void> {
    if (condition()) return;
    await new Promise<void>((resolve) => void this.#waiting.push({ condition, resolve }));
  }

  end(why: string): void {
    this.ends.set(why, (this.ends.get(why) ?? 0) + 1);
  }

  get connections(): number {
    return [...this.ends.values()].reduce((sum, count) => sum + count, 0);
  }
}

export interface FollowOptions {
  roads: readonly Road[];
  token: string;
  /** The live cursor to begin at. */
  after: string;
  /** The entry to end with. */
  last: string;
  random: SeededRandom;
  /** Ends our own client; the others learn it from the road. */
  signal: AbortSignal;
}

/** What a connection may end with: nothing, going away, lost, try again later, an HTTP answer that broke off or was 503, stalled. */
const expectedCodes: readonly (number | undefined)[] = [undefined, 1005, 1001, 1006, 1013, 200, 503, 4420];

/** What 4420 says, where there is no close code to say it: over SSE. */
function isStalled(errors: unknown): boolean {
  const [error] = (errors ?? []) as { message: string; extensions?: { code?: string } }[];
  return error?.extensions?.code === 'LIMIT_EXCEEDED' && error.message.startsWith('Too slow');
}

/** Follows over one connection after the other, each at a server by chance, behind the last entry that was received. */
export async function followByConnections(
  follower: Follower,
  connect: LiveConnection,
  { query, read }: LiveDocument,
  { roads, token, after: start, last, random }: FollowOptions,
): Promise<void> {
  let after = start;
  for (;;) {
    const road = random.pick(roads);
    await road.ready();
    const patience = random.whole(1, 1_500);
    let count = 0;
    try {
      const variables = { filter: follower.reader.filter, after };
      for await (const { data, errors } of connect({ url: road.url, token, query, variables })) {
        if (isStalled(errors)) throw new ConnectionEnded({ message: 'stalled' });
        if (errors !== undefined) throw new Error(`${follower.name}: ${JSON.stringify(errors)}`);
        const { liveCursor, activity } = read(data);
        follower.take(activity);
        after = liveCursor;
        count += 1;
        if (activity.databaseId === last) return;
        if (count >= patience) break;
      }
      follower.end('left');
    } catch (error) {
      if (!(error instanceof ConnectionEnded) || !expectedCodes.includes(error.code)) throw error;
      follower.end(error.message);
    }
  }
}

/** Follows by our own client, which finds its way back by itself. */
export async function followByClient(follower: Follower, { roads, token, after, last, random, signal }: FollowOptions) {
  const client = createActivityLogClient({ url: random.pick(roads).url, token });
  try {
    for await (const { activity } of client.subscribe({
      workspaceId: 'torture',
      filter: follower.reader.filter,
      after,
      signal,
      buffer: 200,
      onRetry: ({ error }) => follower.end(error.message),
    })) {
      const { databaseId, brandId = null, visibility, eventKey, context = null, actorUserId = null } = activity;
      follower.take({ databaseId, brandId, visibility, eventKey, context, actorUserId });
      if (databaseId === last) return;
    }
  } finally {
    client.close();
  }
}
