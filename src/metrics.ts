import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

/** Seconds, for what a caller waits for. */
const durations = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30] as const;

/** Milliseconds that one look at the database may take. */
const longestReading = 1_000;

/** Connections of one kind. */
interface Pool {
  name: string;
  most: number;
  open: number;
  inUse: number;
  waiting: number;
}

/** Every metric of the process, by its Prometheus name without the prefix `activity_log_`. */
export class Metrics {
  readonly registry = new Registry();
  readonly written = this.#counter('entries_written_total', 'Entries written.');
  readonly duplicates = this.#counter(
    'entries_duplicate_total',
    'Entries not written because their idempotency key was there.',
  );
  readonly differing = this.#counter(
    'entries_differing_total',
    'Duplicates that say something else than the entry whose idempotency key they have: they are not in the trail.',
  );
  readonly refused = this.#counter('entries_refused_total', 'Entries refused, by error code and field at fault.', [
    'code',
    'field',
  ]);
  readonly unwritten = this.#counter(
    'entries_unwritten_total',
    'Entries that could not be written for the sake of the database: it was away, slow, or out of disk.',
  );
  readonly batchSize = this.#histogram(
    'write_batch_entries',
    'Entries that were committed together.',
    [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000],
  );
  readonly writeWait = this.#histogram(
    'write_wait_seconds',
    'From a call to the beginning of its batch.',
    [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
  );
  readonly commitTime = this.#histogram(
    'write_commit_seconds',
    'From the beginning of a batch to its commit, or its failure.',
    [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
  );
  readonly spooled = this.#counter(
    'spool_kept_total',
    'Entries that were kept because they could not be written at once.',
  );
  readonly delivered = this.#counter('spool_delivered_total', 'Entries that were kept, and written later.');
  readonly lost = this.#counter(
    'spool_refused_total',
    'Entries that could not be kept: the queue was full, or its disk.',
  );
  readonly swallowed = this.#counter(
    'log_errors_swallowed_total',
    'Errors that logActivity logged instead of throwing, by error code.',
    ['code'],
  );
  readonly #deleted = this.#counter('retention_deleted_total', 'Entries that this process deleted by retention.');
  readonly #retentionRuns = this.#counter('retention_runs_total', 'Runs of retention that this process completed.');
  readonly #held = this.#gauge(
    'retention_held_entries',
    'Entries that were due in the last run of this process, and kept by a legal hold.',
  );
  readonly unexpected = this.#counter('unexpected_errors_total', 'Errors that were masked as INTERNAL.');
  readonly feedRead = this.#counter('feed_read_total', 'Entries that the feed read from the database.');
  readonly feedFailures = this.#counter('feed_failures_total', 'Reads of the feed that failed and were tried again.');
  readonly fellBehind = this.#counter(
    'live_fell_behind_total',
    'Times a live subscriber left the hub: it was too slow, or what it waited for was.',
  );
  readonly catchUps = this.#counter(
    'live_catch_ups_total',
    'Times a live subscriber read from the database at its own pace before it joined the hub again.',
  );
  readonly stalls = this.#counter('live_stalls_total', 'Connections closed because they took nothing for too long.');
  readonly subscribers = this.#gauge('live_subscribers', 'Live subscribers in the hub now.');
  readonly groups = this.#gauge('live_groups', 'Groups of live subscribers that share their executions now.');
  readonly lag = this.#histogram(
    'live_lag_seconds',
    'From a commit that a hint told of to the write to the last subscriber.',
    [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
  );
  readonly sockets = this.#gauge('websockets', 'Open WebSockets now.');
  readonly exports = this.#counter('exports_total', 'Exports over HTTP, by format and by how they ended.', [
    'format',
    'outcome',
  ]);
  readonly exportedEntries = this.#counter('exported_entries_total', 'Entries given by exports over HTTP.');
  readonly exporting = this.#gauge('exports_running', 'Exports over HTTP under way now.');
  readonly socketsRefused = this.#counter(
    'websockets_refused_total',
    'WebSockets and operations on them that were refused: by the limit of sockets per token (sockets), of operations per socket (operations), or by their origin (origin).',
    ['by'],
  );
  readonly requests = this.#histogram(
    'http_request_seconds',
    'HTTP requests, from their headers to the end of the answer, by route, method and class of status (none: the client had gone).',
    durations,
    ['route', 'method', 'status'],
  );
  readonly requestsInFlight = this.#gauge('http_requests_in_flight', 'HTTP requests under way now.');
  readonly rateLimited = this.#counter(
    'rate_limited_total',
    'Requests and operations refused because there were too many, by what they were counted for (token, address).',
    ['by'],
  );
  readonly tokensRefused = this.#counter('tokens_refused_total', 'Tokens that were not accepted, by what was wrong.', [
    'reason',
  ]);
  readonly operations = this.#histogram(
    'graphql_operation_seconds',
    'GraphQL operations, by type; of a subscription until it begins.',
    durations,
    ['type'],
  );
  readonly operationErrors = this.#counter('graphql_errors_total', 'Errors in answers of GraphQL, by code.', ['code']);
  readonly statements = this.#histogram(
    'sql_statement_seconds',
    'SQL statements with the wait for their connection, by what it is for (queries, pages, writer, embedded).',
    durations,
    ['pool'],
  );
  readonly statementFailures = this.#counter('sql_statement_failures_total', 'SQL statements that failed.', ['pool']);
  readonly indexSteps = this.#counter('index_steps_total', 'Steps of the term index that did something.');
  readonly indexFailures = this.#counter('index_failures_total', 'Steps of the term index that failed.');
  /** Counts what the indexing tells. */
  readonly countIndexing = (event: 'step' | 'failure'): void =>
    (event === 'step' ? this.indexSteps : this.indexFailures).inc();
  readonly #reads = new Map<string, () => number>();
  #readPools: () => readonly Pool[] = () => [];
  #readIndex: (() => Promise<{ behind: number; runs: number }>) | undefined;
  #asking: Promise<{ behind: number; runs: number } | undefined> | undefined;
  /** What the hub counts, as plain numbers: they change too often for anything else. */
  readonly live = { executions: 0, messages: 0, bytes: 0, writes: 0 };

  constructor() {
    this.#total(
      'live_executions_total',
      'Executions for live subscribers: one for each entry and group.',
      'executions',
    );
    this.#total('live_messages_total', 'Messages with an entry written to live subscribers.', 'messages');
    this.#total('live_bytes_total', 'Bytes of these messages, with their framing.', 'bytes');
    this.#total('live_writes_total', 'Writes that these messages were coalesced into.', 'writes');
    this.#watched('write_queue_entries', 'Entries that wait for their batch now.');
    this.#watched('spool_entries', 'Entries that are kept to be written later, now.');
    this.#pool('database_connections_max', 'Connections to the database at most, by what they are for.', 'most');
    this.#pool('database_connections_open', 'Connections to the database that are open now.', 'open');
    this.#pool('database_connections_in_use', 'Connections to the database that work now.', 'inUse');
    this.#pool(
      'database_connections_waiting',
      'Statements and transactions that wait for a connection now.',
      'waiting',
    );
    this.#progress(
      'index_behind_entries',
      'Entries that the term index has not reached, now; at most 10,000 are counted. Some hundred are always left for later.',
      'behind',
    );
    this.#progress('index_runs', 'Runs of the term index that reads look at now.', 'runs');
  }

  /** Counts a run of retention. */
  readonly retained = ({ due, held }: { due: number; held: number }): void => {
    this.#retentionRuns.inc();
    this.#deleted.inc(due);
    this.#held.set(held);
  };

  /** Shows how many entries wait for their batch. A later watcher takes the place of the one before, of this and the others. */
  watchQueue(waiting: () => number): void {
    this.#reads.set('write_queue_entries', waiting);
  }

  /** Shows how many entries are kept to be written later. */
  watchSpool(waiting: () => number): void {
    this.#reads.set('spool_entries', waiting);
  }

  /** Shows what the connections to the database do. */
  watchPools(read: () => readonly Pool[]): void {
    this.#readPools = read;
  }

  /** Shows how far the term index is. `read` is given a second each time; where it takes longer or fails, nothing is shown. */
  watchIndex(read: () => Promise<{ behind: number; runs: number }>): void {
    this.#readIndex = read;
  }

  /** Adds those of the process itself: memory, processor time, event loop, garbage collection. Once in a process. */
  watchProcess(): void {
    collectDefaultMetrics({ register: this.registry });
  }

  /** A counter that is read off `live` when somebody asks. */
  #total(name: string, help: string, key: keyof Metrics['live']): void {
    const { live, registry } = this;
    new Counter({
      name: `activity_log_${name}`,
      help,
      registers: [registry],
      collect() {
        this.reset();
        this.inc(live[key]);
      },
    });
  }

  #counter<L extends string = never>(name: string, help: string, labelNames: L[] = []): Counter<L> {
    return new Counter({ name: `activity_log_${name}`, help, labelNames, registers: [this.registry] });
  }

  #histogram<L extends string = never>(
    name: string,
    help: string,
    buckets: readonly number[],
    labelNames: L[] = [],
  ): Histogram<L> {
    const registers = [this.registry];
    return new Histogram({ name: `activity_log_${name}`, help, buckets: [...buckets], labelNames, registers });
  }

  /** A gauge that is read when somebody asks. */
  #watched(name: string, help: string): void {
    const gauge: Gauge = new Gauge({
      name: `activity_log_${name}`,
      help,
      registers: [this.registry],
      collect: () => gauge.set(this.#reads.get(name)?.() ?? 0),
    });
  }

  #pool(name: string, help: string, key: 'most' | 'open' | 'inUse' | 'waiting'): void {
    const gauge: Gauge<'pool'> = new Gauge({
      name: `activity_log_${name}`,
      help,
      labelNames: ['pool'],
      registers: [this.registry],
      collect: () => {
        for (const pool of this.#readPools()) gauge.set({ pool: pool.name }, pool[key]);
      },
    });
  }

  /** What one reading of the database shows. */
  #progress(name: string, help: string, key: 'behind' | 'runs'): void {
    const gauge: Gauge = new Gauge({
      name: `activity_log_${name}`,
      help,
      registers: [this.registry],
      collect: async () => {
        const progress = await this.#indexInTime();
        if (progress === undefined) gauge.remove();
        else gauge.set(progress[key]);
      },
    });
  }

  async #indexInTime(): Promise<{ behind: number; runs: number } | undefined> {
    // Shared by all who ask meanwhile, and awaited no longer than a scraper waits.
    this.#asking ??= (this.#readIndex?.() ?? Promise.resolve(undefined))
      .catch(() => undefined)
      .finally(() => {
        this.#asking = undefined;
      });
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<undefined>((resolve) => {
      timer = setTimeout(() => resolve(undefined), longestReading);
    });
    const progress = await Promise.race([this.#asking, late]);
    clearTimeout(timer);
    return progress;
  }

  #gauge(name: string, help: string): Gauge {
    return new Gauge({ name: `activity_log_${name}`, help, registers: [this.registry] });
  }
}
