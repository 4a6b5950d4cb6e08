import { AsyncLocalStorage } from 'node:async_hooks';
import { resolve } from 'node:path';
import sql from 'sql-template-tag';
import { ActivityLogError } from '../errors.ts';
import type {
  Database,
  PoolState,
  QueryOptions,
  Statement,
  StatementObserver,
  TransactionConnection,
} from './database.ts';
import { toDatabaseError } from './database-errors.ts';
import { type DirectoryLock, lockDirectory } from './directory-lock.ts';
import { PrismaClient } from './generated/prisma/client.ts';
import { type HintListener, HintListeners, momentOfCommit } from './hint-listeners.ts';
import { ObservedStatements } from './observed-statements.ts';
import { createPgliteEngine, type PgliteEngine } from './pglite-engine.ts';
import { ensurePgliteFiles, freshPgliteFiles } from './pglite-files.ts';
import { PrismaOverPglite } from './pglite-prisma.ts';
import { toParameter } from './row-parsers.ts';

export interface PgliteOptions {
  /** Where the database lives (in `pglite` of it, with the file `lock` beside); `memory://` keeps nothing. */
  dataDir: string;
  /**
   * Milliseconds that a Prisma transaction may hold the one connection. Default 10,000. Statements are not stopped by
   * it: PostgreSQL in WASM has no timer signals, and nothing else of this process runs meanwhile.
   */
  statementTimeout?: number;
  /** Only with `memory://`: a dump of PGlite (`dumpDataDir`) to begin with instead of an empty database. */
  initialData?: Blob;
}

/** A database inside this process. */
export interface EmbeddedDatabase extends Database {
  /** Tells where this process serves the directory, for the message that a second process gets. */
  announce(url: string): void;
}

/**
 * Opens the embedded database, making its files the first time. It survives a process that is killed, but not a power
 * cut: PGlite does not sync its files to the disk.
 * @throws ActivityLogError UNAVAILABLE where another process uses the directory, or its files cannot be used
 */
export async function openPglite({
  dataDir,
  statementTimeout = 10_000,
  initialData,
}: PgliteOptions): Promise<EmbeddedDatabase> {
  if (dataDir === 'memory://') {
    const engine = await createPgliteEngine({ loadDataDir: initialData ?? (await freshPgliteFiles()) }).open();
    return new PgliteDatabase(engine, undefined, statementTimeout);
  }
  const directory = resolve(dataDir);
  const lock = lockDirectory(directory);
  try {
    const engine = createPgliteEngine({ dataDir: await ensurePgliteFiles(directory) });
    return new PgliteDatabase(await engine.open(), lock, statementTimeout);
  } catch (error) {
    lock.release();
    if (error instanceof ActivityLogError) throw error;
    const said = error instanceof Error ? error.message : String(error);
    throw new ActivityLogError(
      'UNAVAILABLE',
      `The embedded database in ${directory} cannot be opened: ${said}. Restore the directory from a copy, or set ACTIVITY_DATA_DIR to another.`,
      { cause: error },
    );
  }
}

class PgliteDatabase implements EmbeddedDatabase {
  readonly kind = 'pglite';
  readonly prisma: PrismaClient;
  readonly #engine: PgliteEngine;
  readonly #lock: DirectoryLock | undefined;
  readonly statementTimeout: number;
  readonly #hints = new HintListeners();
  readonly #insideTransaction = new AsyncLocalStorage<boolean>();
  #closing: Promise<void> | undefined;
  readonly #observed = new ObservedStatements();
  /** Statements and transactions that have begun, or wait for the one connection. */
  #underWay = 0;

  constructor(engine: PgliteEngine, lock: DirectoryLock | undefined, statementTimeout: number) {
    this.#engine = engine;
    this.#lock = lock;
    this.statementTimeout = statementTimeout;
    this.prisma = new PrismaClient({
      adapter: new PrismaOverPglite(engine),
      transactionOptions: { maxWait: statementTimeout, timeout: statementTimeout },
    });
  }

  async query<Row>(statement: Statement, options: QueryOptions = {}): Promise<Row[]> {
    this.#refuseToWaitForItself();
    return await this.#onConnection(() => this.#run<Row>(this.#engine, statement, options));
  }

  /** There is one connection, which takes one statement after the other. */
  async queryInOrder<Row>(statement: Statement, options: QueryOptions = {}): Promise<Row[]> {
    return await this.query<Row>(statement, options);
  }

  async copyIn(table: string, rows: Buffer<ArrayBuffer>): Promise<void> {
    this.#refuseToWaitForItself();
    const text = `COPY ${table} FROM '/dev/blob'`;
    await this.#mapped(() =>
      this.#onConnection(() =>
        this.#observed.run('embedded', text, () => this.#engine.query(text, [], { blob: new Blob([rows]) })),
      ),
    );
  }

  async transaction<T>(work: (connection: TransactionConnection) => Promise<T>): Promise<T> {
    this.#refuseToWaitForItself();
    return await this.#mapped(() =>
      this.#onConnection(() =>
        this.#engine.transaction((transaction) =>
          this.#insideTransaction.run(true, () =>
            work({
              query: async (statement, options) => await this.#run(transaction, statement, options),
              script: async (text) => void (await this.#mapped(() => transaction.exec(text))),
            }),
          ),
        ),
      ),
    );
  }

  sendHint(): void {
    this.#hints.wake(momentOfCommit());
  }

  onHint(listener: HintListener): () => void {
    return this.#hints.add(listener);
  }

  pools(): PoolState[] {
    const inUse = Math.min(this.#underWay, 1);
    return [{ name: 'embedded', most: 1, open: 1, inUse, waiting: this.#underWay - inUse }];
  }

  observe(observer: StatementObserver): void {
    this.#observed.observe(observer);
  }

  async check(): Promise<void> {
    try {
      await this.query(sql`SELECT 1`);
    } catch (error) {
      throw new ActivityLogError('UNAVAILABLE', undefined, { cause: error });
    }
  }

  announce(url: string): void {
    this.#lock?.announce(url);
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    this.#hints.clear();
    try {
      await this.prisma.$disconnect();
      // Waits for what is queued, and leaves a checkpoint behind.
      await this.#engine.close();
    } finally {
      this.#lock?.release();
    }
  }

  async #run<Row>(
    target: Pick<PgliteEngine, 'query'>,
    { text, values }: Statement,
    { rowMode = 'object' }: QueryOptions = {},
  ): Promise<Row[]> {
    return await this.#mapped(async () => {
      const send = () => target.query<Row>(text, values.map(toParameter), { rowMode });
      return (await this.#observed.run('embedded', text, send)).rows;
    });
  }

  async #onConnection<T>(work: () => Promise<T>): Promise<T> {
    this.#underWay += 1;
    try {
      return await work();
    } finally {
      this.#underWay -= 1;
    }
  }

  async #mapped<T>(work: () => Promise<T>): Promise<T> {
    if (this.#closing !== undefined && !this.#insideTransaction.getStore()) {
      throw new ActivityLogError('UNAVAILABLE', 'The database is closed. This server is stopping.');
    }
    try {
      return await work();
    } catch (error) {
      throw toDatabaseError(error, this.statementTimeout);
    }
  }

  /** There is one connection: inside of a transaction anything but its own connection would wait for ever. */
  #refuseToWaitForItself(): void {
    if (this.#insideTransaction.getStore()) {
      throw new Error(
        'Inside of database.transaction() use the connection that it gives: the embedded database has one only.',
      );
    }
  }
}
