import type { Activity as ClientActivity } from '../client/client.ts';
import { readConfig } from '../config.ts';
import type { Activity } from '../core/activity/activity.ts';
import { checkFilter } from '../core/activity/filter.ts';
import { LiveCursors } from '../core/activity/live-cursor.ts';
import { needReadScope } from '../core/activity/visibility.ts';
import { EntryStream } from '../live/entry-stream.ts';
import { Feed } from '../live/feed.ts';
import { createLogger } from '../log.ts';
import { Metrics } from '../metrics.ts';
import { connectDatabase } from '../storage/connect.ts';
import type { Database } from '../storage/database.ts';
import { migrate, readCursorSeal } from '../storage/migrate.ts';
import { createFeedSource } from '../storage/tail.ts';
import type { ParsedFilter } from './filter-option.ts';
import { openRemote, type RemoteOptions } from './remote.ts';

/** An entry as it is shown: by its id in the database, `createdAt` as text. */
export type TailActivity = Omit<ClientActivity, 'id'>;

export interface TailEntry {
  activity: TailActivity;
  liveCursor: string;
}

/** What `tail` follows. */
export interface TailSource {
  /** The cursor of this moment. */
  now(): Promise<string>;
  /** What is committed after a cursor, each entry once, until the signal is aborted. */
  follow(after: string, signal: AbortSignal): AsyncIterable<TailEntry>;
  close(): Promise<void>;
}

export interface TailSourceOptions extends RemoteOptions {
  workspaceId: string;
  parsed: ParsedFilter;
  /** Gets a line about a connection that was lost. */
  say(text: string): void;
}

function toShown(activity: Activity): TailActivity {
  const { id, workspaceId, brandId, entityType, entityId, eventKey, message, context, actorType } = activity;
  const { actorUserId, actorLabel, payload, visibility, severity, createdAt } = activity;
  const about = { databaseId: id, workspaceId, brandId, entityType, entityId, eventKey, message, context };
  const by = { actorType, actorUserId, actorLabel };
  return { ...about, ...by, payload, visibility, severity, createdAt: createdAt.toISOString() };
}

/** The server that the options name. */
function openServer({ workspaceId, parsed, say, ...remote }: TailSourceOptions): TailSource | undefined {
  const client = openRemote(remote);
  if (client === undefined) return undefined;
  return {
    now: async () => (await client.timeline({ workspaceId, filter: parsed.input, first: 0 })).liveCursor,
    follow: async function* (after, signal) {
      const filter = parsed.input;
      const onRetry = ({ error, attempt }: { error: Error; attempt: number }) => {
        if (attempt === 1) say(`${error.message} Trying again.`);
      };
      for await (const { activity, liveCursor } of client.subscribe({ workspaceId, filter, after, signal, onRetry })) {
        const { id: _id, ...shown } = activity;
        yield { activity: shown, liveCursor };
      }
    },
    close: async () => client.close(),
  };
}

/** The database of the environment, seen as an operator of the workspace. */
async function openDatabase({ workspaceId, parsed: { filter } }: TailSourceOptions): Promise<TailSource> {
  const config = readConfig();
  const grants = new Map([[workspaceId, { role: 'operator', brandIds: [] } as const]]);
  const scope = needReadScope({ subject: 'cli', grants, expiresAt: new Date(8.64e15) }, workspaceId);
  checkFilter(filter, scope);
  const logger = createLogger(config.logLevel);
  const metrics = new Metrics();
  const database: Database = await connectDatabase({ ...config, logger });
  const source = createFeedSource(database);
  const queueLimit = config.feedQueue;
  const feed = new Feed({ source, logger, metrics, pollInterval: config.pollInterval, queueLimit });
  const close = async () => {
    await feed.close();
    await database.close();
  };
  try {
    await migrate(database);
    const cursors = new LiveCursors(await readCursorSeal(database));
    return {
      now: async () => cursors.close({ seen: await source.readSnapshot() }),
      follow: async function* (cursor, signal) {
        const after = cursors.open(cursor);
        const stream = new EntryStream({ feed, source, metrics, queueLimit }, { selection: { scope, filter }, after });
        const end = () => void stream.return();
        signal.addEventListener('abort', end, { once: true });
        try {
          if (signal.aborted) return;
          for await (const { activity, position } of stream) {
            yield { activity: toShown(activity), liveCursor: cursors.close(position) };
          }
        } finally {
          signal.removeEventListener('abort', end);
        }
      },
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Opens what the options name. Throws where it cannot be reached, or the filter is refused. */
export async function openTailSource(options: TailSourceOptions): Promise<TailSource> {
  return openServer(options) ?? (await openDatabase(options));
}
