import type { PrismaClient } from './generated/prisma/client.ts';
import type { HintListener } from './hint-listeners.ts';

/** A statement with its parameters ($1, $2, …): what `sql-template-tag` makes, or a text that is made once. */
export interface Statement {
  readonly text: string;
  readonly values: readonly unknown[];
}

/**
 * Something that runs one SQL statement at a time. Values come back the same from every database:
 * `timestamp(3)` as a Date in UTC, `int8` as bigint, `json` and `xid8` as text, everything else as pg gives it.
 */
export interface Queryable {
  query<Row>(statement: Statement, options?: QueryOptions): Promise<Row[]>;
}

export interface QueryOptions {
  /** True for a statement whose text is asked again and again: its plan may be kept, where that is worth anything. */
  repeated?: boolean;
  /**
   * With `repeated`: one plan, by indexes in their order, is right for whatever values. PostgreSQL would go on to plan anew
   * each time where it expects that the values make a difference; for a page of a large table that takes as long as to read
   * it.
   */
  onePlan?: boolean;
  /**
   * `array`: each row as a list of values in the order of the columns, for what is read often. (What pg makes objects with
   * ends up in V8's old generation at once, and is collected there at several times the price.) Default `object`.
   */
  rowMode?: 'object' | 'array';
}

/** Connections of one kind, now. */
export interface PoolState {
  /** What they are for: `queries`, `pages`, `writer`, `embedded`. */
  name: string;
  /** Connections at most. */
  most: number;
  open: number;
  inUse: number;
  /** Statements and transactions that wait for a connection. */
  waiting: number;
}

/** Called for each statement with what its connection is for; what it returns is called at its end, with the error if it failed. */
export type StatementObserver = (pool: string, text: string) => (error?: unknown) => void;

export interface TransactionOptions {
  /** True for work that waits for other processes, or changes the schema. */
  mayTakeLong?: boolean;
}

/** A database that is open. All of storage is written against this; `postgres.ts` and `pglite.ts` provide it. */
export interface Database extends Queryable {
  readonly kind: 'postgres' | 'pglite';
  /** Milliseconds that a statement may take, and a read of several statements. 0 for any time. */
  readonly statementTimeout: number;
  /** Prisma over the same connections. */
  readonly prisma: PrismaClient;
  /** Like `query`, but statements run in the order of the calls, where possible sent before those in front are answered. */
  queryInOrder<Row>(statement: Statement, options?: QueryOptions): Promise<Row[]>;
  /** Writes rows in COPY's text format (copy-text.ts) into `table`, for example `"T" ("a", "b")`: all or none. */
  copyIn(table: string, rows: Buffer<ArrayBuffer>): Promise<void>;
  /**
   * Runs `work` in one transaction on one connection: commits when it resolves, rolls back when it throws. A statement for
   * which the server needs longer than `statementTimeout` breaks the connection, except where it `mayTakeLong`.
   */
  transaction<T>(work: (connection: TransactionConnection) => Promise<T>, options?: TransactionOptions): Promise<T>;
  /** Tells every process (this one at once, others by NOTIFY) that something was committed. A hint, coalesced, never awaited. */
  sendHint(): void;
  /** Calls `listener` whenever something may have been committed, with the moment where a writer told it. Returns a function that stops it. */
  onHint(listener: HintListener): () => void;
  /** Throws `UNAVAILABLE` when the database does not answer. */
  check(): Promise<void>;
  /** What the connections are doing now, by what they are for. */
  pools(): PoolState[];
  /** Calls an observer for every statement from now on: its time has the wait for a connection in it. Not Prisma's. */
  observe(observer: StatementObserver): void;
  /** Ends every connection, waiting for statements under way. May be called twice. */
  close(): Promise<void>;
}

export interface TransactionConnection extends Queryable {
  /** Several statements without parameters, for migrations. */
  script(text: string): Promise<void>;
}
