import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import type { Config } from '../config.ts';
import { ActivityLog } from '../core/activity/activity-log.ts';
import { ExportSeals } from '../core/activity/export-ticket.ts';
import { LiveCursors } from '../core/activity/live-cursor.ts';
import { service } from '../core/activity/settings-entries.ts';
import type { Services } from '../graphql/context.ts';
import { createGraphql } from '../graphql/yoga.ts';
import { InFlight } from '../in-flight.ts';
import { Feed } from '../live/feed.ts';
import type { Logger } from '../log.ts';
import { Metrics } from '../metrics.ts';
import { createActivityWriter } from '../storage/activity-writer.ts';
import type { Database } from '../storage/database.ts';
import { createDirectory } from '../storage/directory.ts';
import { openEntrySpool } from '../storage/entry-spool.ts';
import { migrate, readCursorSeal } from '../storage/migrate.ts';
import { readMigrations } from '../storage/migrations.ts';
import { scheduleRetention } from '../storage/retention-work.ts';
import { createFeedSource } from '../storage/tail.ts';
import { type Indexing, startIndexing } from '../storage/term-index/indexing.ts';
import { readTermIndexProgress } from '../storage/term-index/progress.ts';
import { openTracing } from '../tracing/tracing.ts';
import { Authenticator } from './authenticate.ts';
import type { ChannelOptions } from './channel.ts';
import { Exports } from './export.ts';
import { Heartbeat } from './heartbeat.ts';
import { createHttpServer } from './http.ts';
import { observeStatements } from './observed-statements.ts';
import { Origins } from './origins.ts';
import { RateLimits } from './rate-limits.ts';
import { ReadinessCheck } from './readiness.ts';
import { StallWatch } from './stall-watch.ts';
import { createViewer } from './viewer.ts';
import { serveWebsocket } from './websocket.ts';

export interface ServerOptions {
  config: Config;
  /** Open; the server migrates it, and closes it at its end. */
  database: Database;
  /** For HS256 tokens. */
  secret?: Uint8Array | undefined;
  logger: Logger;
  /** What /metrics shows; by default one of the server's own. */
  metrics?: Metrics;
  /** Begins to index the migrated database; by default in this thread. */
  index?: (() => Indexing) | undefined;
}

export interface RunningServer {
  /** For example `http://127.0.0.1:4000`. */
  url: string;
  /**
   * Takes nothing new, finishes what was accepted (for at most ACTIVITY_SHUTDOWN_TIMEOUT_MS), closes sockets with 1001 and
   * the database last. May be called twice.
   */
  close(): Promise<void>;
}

/** Starts the service: migrates, wires its parts, listens. What it started is ended in the reverse order. */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const { config, database, secret, logger, metrics = new Metrics() } = options;
  const { index = () => startIndexing(database, logger, metrics.countIndexing) } = options;
  const { applied, newer, restored } = await migrate(database);
  if (applied.length > 0) logger.info({ applied }, 'the database was migrated');
  if (newer.length > 0) logger.warn({ newer }, 'the database was migrated by a newer build than this one');
  if (restored) logger.warn('the database was restored into another cluster: live cursors given before have expired');

  metrics.watchPools(() => database.pools());
  metrics.watchIndex(() => readTermIndexProgress(database));
  const tracing = await openTracing({ ...config, logger });
  database.observe(observeStatements(metrics, tracing));

  const source = createFeedSource(database);
  const queueLimit = config.feedQueue;
  const feed = new Feed({ source, logger, metrics, pollInterval: config.pollInterval, queueLimit });
  const writer = createActivityWriter(database, { limit: config.writeQueue, metrics, logger });
  const seal = await readCursorSeal(database);
  const services: Services = {
    database,
    activityLog: new ActivityLog({ writer, logger, metrics }),
    directory: createDirectory(database),
    liveCursors: new LiveCursors(seal),
    exportSeals: new ExportSeals(seal),
    live: { feed, source, metrics, queueLimit },
  };

  const graphql = createGraphql({ services, logger, metrics, introspection: config.introspection === 'on', tracing });
  const authenticator = new Authenticator({
    secret,
    jwksUrl: config.jwksUrl,
    issuer: config.jwtIssuer,
    audience: config.jwtAudience,
    onRefusal: (reason) => metrics.tokensRefused.inc({ reason }),
  });
  const limits = new RateLimits({ perToken: config.rateLimit, perSender: config.anonymousRateLimit, metrics });
  const origins = new Origins(config.allowedOrigins);
  const inFlight = new InFlight();
  const stalls = new StallWatch(config.stallTimeout);
  const channel: ChannelOptions = { limit: config.liveBuffer, metrics, stalls };
  const heartbeat = new Heartbeat();
  const exports = new Exports({
    services,
    logger,
    metrics,
    stalls,
    most: config.exportsAtOnce,
    logged: config.logExports === 'on',
  });
  let closing: Promise<void> | undefined;
  const http = createHttpServer({
    graphql,
    authenticator,
    limits,
    origins,
    proxyHops: config.proxyHops,
    requestTimeout: config.requestTimeout,
    graphiql: config.graphiql === 'on',
    viewer: config.viewer === 'on' ? createViewer({ graphiql: config.graphiql === 'on' }) : undefined,
    metricsToken: config.metricsToken,
    accessLog: config.accessLog === 'on',
    tracing,
    logger,
    metrics,
    inFlight,
    channel,
    heartbeat,
    exports,
    readiness: new ReadinessCheck({
      database,
      migrations: readMigrations(),
      feed,
      pollInterval: config.pollInterval,
      isClosing: () => closing !== undefined,
    }),
  });
  const websocket = serveWebsocket(http, {
    graphql,
    authenticator,
    limits,
    origins,
    proxyHops: config.proxyHops,
    inFlight,
    channel,
    heartbeat,
    logger,
    compression: config.liveCompression === 'on',
    most: { sockets: config.websocketsPerToken, operations: config.subscriptionsPerWebsocket },
  });
  http.listen(config.port, config.host);
  await once(http, 'listening');
  const { address, family, port } = http.address() as AddressInfo;
  // What applications that were killed have left for this database; the service itself keeps nothing: its callers wait.
  const left = await openEntrySpool({ ...config, writer, logger, metrics });
  left.start();
  const indexing = index();
  const { retentionMinutes } = config;
  const retention =
    retentionMinutes === 0
      ? undefined
      : scheduleRetention(database, { every: retentionMinutes * 60, by: service, logger, onRun: metrics.retained });

  async function end(): Promise<void> {
    const closed = once(http, 'close');
    http.close();
    http.closeIdleConnections();
    if (!(await inFlight.settle(config.shutdownTimeout)))
      logger.warn('requests were still under way when their time was up');
    await websocket.close();
    await feed.close();
    stalls.close();
    http.closeAllConnections();
    await closed;
    // What was cut off has something to log.
    await inFlight.settle(config.statementTimeout);
    await retention?.close();
    await left.close();
    await indexing.close();
    await database.close();
    await tracing?.close();
  }
  return {
    url: `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`,
    close: () => {
      closing ??= end();
      return closing;
    },
  };
}
