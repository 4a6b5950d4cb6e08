/**
 * Every setting of the service, in one table: name, default, parser, help. `--help` and docs/configuration.md come from
 * it. A bad value stops the start with a message that names the setting, what it got and what it takes.
 */
import { oneOf, optionalText, origins, readSettings, type Setting, url, whole } from './setting.ts';

const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;

const table = {
  databaseUrl: {
    name: 'DATABASE_URL',
    default: 'unset: the embedded database in ACTIVITY_DATA_DIR',
    takes: 'postgres://… (PostgreSQL 14 or newer) or memory:// (embedded, nothing kept)',
    help: 'Where the entries are kept.',
    secret: true,
    parse: url(['postgres:', 'postgresql:', 'memory:']),
  },
  dataDir: {
    name: 'ACTIVITY_DATA_DIR',
    default: './data',
    takes: 'the path of a directory',
    help: 'Where the embedded database and the generated development secret live.',
    parse: (raw: string | undefined): string => raw ?? './data',
  },
  host: {
    name: 'HOST',
    default: '127.0.0.1',
    takes: 'an address of this machine',
    help: 'The address to listen on. 0.0.0.0 listens on all of them.',
    parse: (raw: string | undefined): string => raw ?? '127.0.0.1',
  },
  port: {
    name: 'PORT',
    default: '4000',
    takes: 'a whole number from 0 to 65535',
    help: 'The port to listen on. 0 takes a free one; the ready line says which.',
    parse: whole(0, 65_535, 4000),
  },
  jwtSecret: {
    name: 'ACTIVITY_JWT_SECRET',
    default: 'embedded: generated once into ACTIVITY_DATA_DIR; PostgreSQL: needed unless ACTIVITY_JWKS_URL is set',
    takes: 'text of 32 bytes or more',
    help: 'The secret that HS256 tokens are signed with.',
    secret: true,
    parse: (raw: string | undefined): string | undefined => {
      if (raw !== undefined && Buffer.byteLength(raw) < 32) throw new Error('too short');
      return raw;
    },
  },
  jwksUrl: {
    name: 'ACTIVITY_JWKS_URL',
    default: 'unset',
    takes: 'an http:// or https:// URL',
    help: 'The key set of an identity provider whose tokens are accepted (RS256, PS256, ES256, EdDSA and their kin).',
    parse: url(['http:', 'https:']),
  },
  jwtIssuer: {
    name: 'ACTIVITY_JWT_ISSUER',
    default: 'unset: not checked',
    takes: 'text',
    help: 'The `iss` that every token must carry.',
    parse: optionalText,
  },
  jwtAudience: {
    name: 'ACTIVITY_JWT_AUDIENCE',
    default: 'unset: not checked',
    takes: 'text',
    help: 'The `aud` that every token must carry.',
    parse: optionalText,
  },
  logLevel: {
    name: 'LOG_LEVEL',
    default: 'info',
    takes: logLevels.join(', '),
    help: 'How much is logged, as JSON lines on standard error.',
    parse: oneOf(logLevels, 'info'),
  },
  poolSize: {
    name: 'ACTIVITY_POOL_SIZE',
    default: '10',
    takes: 'a whole number from 1 to 500',
    help: 'The most connections to PostgreSQL for queries. Half as many more read pages, one more writes, two more index, and one listens while there are live subscribers.',
    parse: whole(1, 500, 10),
  },
  statementTimeout: {
    name: 'ACTIVITY_STATEMENT_TIMEOUT_MS',
    default: '10000',
    takes: 'milliseconds, a whole number from 100 to 600000',
    help: 'A query that takes longer is stopped and refused with LIMIT_EXCEEDED (PostgreSQL only).',
    parse: whole(100, 600_000, 10_000),
  },
  writeQueue: {
    name: 'ACTIVITY_WRITE_QUEUE',
    default: '20000',
    takes: 'a whole number from 1 to 1000000',
    help: 'Entries of this process that may wait for the database at once; more are refused with UNAVAILABLE (logActivity keeps them in ACTIVITY_SPOOL_DIR).',
    parse: whole(1, 1_000_000, 20_000),
  },
  spoolDir: {
    name: 'ACTIVITY_SPOOL_DIR',
    default: 'spool in ACTIVITY_DATA_DIR',
    takes: 'the path of a directory, or off',
    help: 'Where logActivity keeps entries while the database is away, each database apart; they survive the process and are delivered by the next one. off keeps them in memory.',
    parse: optionalText,
  },
  spoolBytes: {
    name: 'ACTIVITY_SPOOL_BYTES',
    default: '268435456',
    takes: 'bytes, a whole number from 1048576 to 1099511627776',
    help: 'The most that entries may take that are kept while the database is away. What comes on top is lost, logged and counted.',
    parse: whole(1_048_576, 1_099_511_627_776, 268_435_456),
  },
  pollInterval: {
    name: 'ACTIVITY_POLL_INTERVAL_MS',
    default: '50',
    takes: 'milliseconds, a whole number from 5 to 60000',
    help: 'How often the live feed looks for entries that came without a hint, while anyone is subscribed.',
    parse: whole(5, 60_000, 50),
  },
  feedQueue: {
    name: 'ACTIVITY_FEED_QUEUE',
    default: '1000',
    takes: 'a whole number from 1 to 100000',
    help: 'Entries that are held for one live subscriber, or one group of them, before they read from the database at their own pace instead.',
    parse: whole(1, 100_000, 1000),
  },
  liveBuffer: {
    name: 'ACTIVITY_LIVE_BUFFER_BYTES',
    default: '262144',
    takes: 'bytes, a whole number from 4096 to 67108864',
    help: 'What may be unsent on a connection before its live subscribers read from the database at their own pace instead.',
    parse: whole(4096, 67_108_864, 262_144),
  },
  stallTimeout: {
    name: 'ACTIVITY_LIVE_STALL_MS',
    default: '10000',
    takes: 'milliseconds, a whole number from 100 to 600000',
    help: 'A connection that takes nothing of what is unsent for this long is closed (WebSockets with 4420).',
    parse: whole(100, 600_000, 10_000),
  },
  liveCompression: {
    name: 'ACTIVITY_LIVE_COMPRESSION',
    default: 'off',
    takes: 'on or off',
    help: 'Whether WebSockets are compressed where the client can. Saves bytes, costs CPU and memory for each socket.',
    parse: oneOf(['off', 'on'], 'off'),
  },
  shutdownTimeout: {
    name: 'ACTIVITY_SHUTDOWN_TIMEOUT_MS',
    default: '10000',
    takes: 'milliseconds, a whole number from 0 to 600000',
    help: 'How long requests under way may take to finish after SIGTERM.',
    parse: whole(0, 600_000, 10_000),
  },
  retentionMinutes: {
    name: 'ACTIVITY_RETENTION_MINUTES',
    default: '60',
    takes: 'minutes, a whole number from 0 to 10080',
    help: 'How long after a run of retention the next one begins, in whichever process. 0: this process runs none.',
    parse: whole(0, 10_080, 60),
  },
  requestTimeout: {
    name: 'ACTIVITY_REQUEST_TIMEOUT_MS',
    default: '60000',
    takes: 'milliseconds, a whole number from 1000 to 3600000',
    help: 'How long a client may take to send a request, its body included; its headers have a third of that, 20 seconds at most.',
    parse: whole(1_000, 3_600_000, 60_000),
  },
  rateLimit: {
    name: 'ACTIVITY_RATE_LIMIT',
    default: '50000',
    takes: 'a whole number from 0 to 100000000',
    help: 'Requests and operations over WebSocket that one token may send to this process within 10 seconds; more are refused with LIMIT_EXCEEDED (HTTP 429). 0 for any number.',
    parse: whole(0, 100_000_000, 50_000),
  },
  anonymousRateLimit: {
    name: 'ACTIVITY_ANONYMOUS_RATE_LIMIT',
    default: '1000',
    takes: 'a whole number from 0 to 100000000',
    help: 'Requests without a valid token that one address may send to this process within 10 seconds; more are refused with LIMIT_EXCEEDED (HTTP 429). 0 for any number.',
    parse: whole(0, 100_000_000, 1_000),
  },
  proxyHops: {
    name: 'ACTIVITY_PROXY_HOPS',
    default: '0',
    takes: 'a whole number from 0 to 10',
    help: 'Proxies in front that are trusted: X-Forwarded-For and X-Forwarded-Proto are read as the outermost of them wrote them. 0 takes nothing from these headers.',
    parse: whole(0, 10, 0),
  },
  allowedOrigins: {
    name: 'ACTIVITY_ALLOWED_ORIGINS',
    default: '*',
    takes: '* or origins as https://app.example.com, with commas between them',
    help: 'The pages of other origins whose scripts may call the service and open WebSockets. * lets any: the token comes in a header, never in a cookie.',
    parse: origins,
  },
  viewer: {
    name: 'ACTIVITY_VIEWER',
    default: 'on',
    takes: 'on or off',
    help: 'Whether browsers get the viewer at /; off sends them to /graphql.',
    parse: oneOf(['on', 'off'], 'on'),
  },
  graphiql: {
    name: 'ACTIVITY_GRAPHIQL',
    default: 'on',
    takes: 'on or off',
    help: 'Whether browsers get GraphiQL at /graphql.',
    parse: oneOf(['on', 'off'], 'on'),
  },
  introspection: {
    name: 'ACTIVITY_INTROSPECTION',
    default: 'on',
    takes: 'on or off',
    help: 'Whether the schema can be asked for (__schema, __type), which GraphiQL and code generators need; off also keeps names of the schema out of messages.',
    parse: oneOf(['on', 'off'], 'on'),
  },
  websocketsPerToken: {
    name: 'ACTIVITY_WEBSOCKETS_PER_TOKEN',
    default: '20000',
    takes: 'a whole number from 1 to 1000000',
    help: 'WebSockets that one token may have open at this process; another one is closed with 1013.',
    parse: whole(1, 1_000_000, 20_000),
  },
  subscriptionsPerWebsocket: {
    name: 'ACTIVITY_SUBSCRIPTIONS_PER_WEBSOCKET',
    default: '1000',
    takes: 'a whole number from 1 to 1000000',
    help: 'Operations that may run on one WebSocket at once; another one is refused with LIMIT_EXCEEDED.',
    parse: whole(1, 1_000_000, 1_000),
  },
  metricsToken: {
    name: 'ACTIVITY_METRICS_TOKEN',
    default: 'unset: /metrics is open',
    takes: 'text of 16 characters or more',
    help: 'What /metrics has to be asked with, as "Authorization: Bearer TEXT".',
    secret: true,
    parse: (raw: string | undefined): string | undefined => {
      if (raw !== undefined && raw.length < 16) throw new Error('too short');
      return raw;
    },
  },
  accessLog: {
    name: 'ACTIVITY_ACCESS_LOG',
    default: 'off',
    takes: 'on or off',
    help: 'Whether each request is logged at info when it ends: its id, method, path, status and time. Otherwise they are logged at debug.',
    parse: oneOf(['off', 'on'], 'off'),
  },
  traceEndpoint: {
    name: 'OTEL_EXPORTER_OTLP_ENDPOINT',
    default: 'unset: no traces',
    takes: 'an http:// or https:// URL',
    help: 'The OpenTelemetry collector that traces are sent to, over HTTP (at /v1/traces of the URL).',
    secret: true,
    parse: url(['http:', 'https:']),
  },
  serviceName: {
    name: 'OTEL_SERVICE_NAME',
    default: 'activity-log',
    takes: 'text',
    help: 'The name of this service in traces.',
    parse: (raw: string | undefined): string => raw ?? 'activity-log',
  },
  logExports: {
    name: 'ACTIVITY_LOG_EXPORTS',
    default: 'on',
    takes: 'on or off',
    help: 'Whether each export writes entries: settings.exported before anything is given (who looks, at what), without which it does not begin, and settings.export_finished at its end.',
    parse: oneOf(['on', 'off'], 'on'),
  },
  exportsAtOnce: {
    name: 'ACTIVITY_EXPORTS_AT_ONCE',
    default: '4',
    takes: 'a whole number from 1 to 1000',
    help: 'Exports that this process gives at once; more are refused with UNAVAILABLE.',
    parse: whole(1, 1000, 4),
  },
} satisfies Record<string, Setting<unknown>>;

export type Config = { [K in keyof typeof table]: ReturnType<(typeof table)[K]['parse']> };

/** The table of settings, for help texts and docs. */
export const settings: readonly Setting<unknown>[] = Object.values(table);

/**
 * Reads the settings from an environment.
 * @throws ConfigError naming each bad setting, what it got (never a secret) and what it takes.
 */
export const readConfig = (env: Record<string, string | undefined> = process.env): Config => readSettings(table, env);
