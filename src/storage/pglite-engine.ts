import {
  type ExecProtocolOptions,
  messages,
  PGlite,
  type PGliteOptions,
  protocol,
  type QueryOptions,
} from '@electric-sql/pglite';
import { rowParsers } from './row-parsers.ts';

/**
 * Small shared buffers, because they are memory of this process (the default is 128 MB); what they do not hold, the
 * file system's cache does. PGlite's other parameters stay as they are, durability included.
 */
const startParams = [
  ...PGlite.defaultStartParams,
  ...['shared_buffers=16MB', 'min_wal_size=32MB', 'max_wal_size=64MB', 'TimeZone=UTC', 'DateStyle=ISO'].flatMap(
    (setting) => ['-c', setting],
  ),
];

/** How many statements or transactions pass between two looks at how much WAL there is; a look takes 0.1 ms. */
const sectionsBetweenLooks = 64;

/** Single-user PostgreSQL has nobody who makes checkpoints: without ours the WAL grows for ever, and is all replayed after a kill. */
const checkpointDue = `SELECT pg_wal_lsn_diff(pg_current_wal_insert_lsn(), redo_lsn) > ${32 * 1024 * 1024} FROM pg_control_checkpoint()`;

/** PGlite's decoder drops a U+FEFF at the beginning of a value, as if it were a mark of byte order. This one keeps it. */
class WholeTextDecoder extends TextDecoder {
  constructor(label?: string, options?: TextDecoderOptions) {
    super(label, { ...options, ignoreBOM: true });
  }
}

/** Makes the engine; `open()` it. */
export function createPgliteEngine(options: PGliteOptions): PgliteEngine {
  const { TextDecoder } = globalThis;
  // PGlite takes the decoder of its protocol from here, in its constructor, and lets nobody give it another.
  globalThis.TextDecoder = WholeTextDecoder;
  try {
    return new PgliteEngine(options);
  } finally {
    globalThis.TextDecoder = TextDecoder;
  }
}

/**
 * Nor who gathers statistics: without ours a page deep in a timeline of 42,000 entries takes 29 ms instead of 1.5. Due where the
 * log is twice as large (and 100 pages larger) as when it was last looked at; a sample, so its cost is bounded.
 */
const analyzeDue = `SELECT pg_relation_size(c.oid) / 8192 > 2 * c.relpages + 100 FROM pg_class c
  WHERE c.relname = 'ActivityLog' AND c.relkind = 'r' AND c.relnamespace = current_schema()::regnamespace`;

/**
 * PGlite whose one connection is always clean when the next caller gets it: a transaction that somebody left open (a
 * plain `BEGIN`, or a script that failed between BEGIN and COMMIT) is rolled back. Makes checkpoints and gathers
 * statistics.
 */
export class PgliteEngine extends PGlite {
  #sections = 0;

  constructor(options: PGliteOptions) {
    super({ ...options, startParams });
  }

  /** How PGlite reads and writes values by itself; Prisma's adapter builds on it. */
  readonly defaults: Required<Pick<QueryOptions, 'parsers' | 'serializers'>> = {
    parsers: this.parsers,
    serializers: this.serializers,
  };

  /** Waits until statements can be run. @throws where the directory's files cannot be used */
  async open(): Promise<this> {
    await this.waitReady;
    // Now, because PGlite has filled in the array types by its first statement.
    this.parsers = { ...rowParsers };
    for (const oid of Object.keys(this.defaults.parsers)) this.parsers[oid] ??= (text: string) => text;
    // Parameters are text already (row-parsers.ts), and the server reads it.
    this.serializers = {};
    return this;
  }

  /** PGlite's own makes a new reader of the protocol, with a decoder of its own, whenever it throws: so we throw. */
  override async execProtocolStream(
    message: Uint8Array,
    options: ExecProtocolOptions = {},
  ): ReturnType<PGlite['execProtocolStream']> {
    const answers = await super.execProtocolStream(message, { ...options, throwOnError: false });
    const error = answers.find((answer) => answer instanceof messages.DatabaseError);
    if (error !== undefined && options.throwOnError !== false) throw error;
    return answers;
  }

  /** What every query(), exec() and transaction() runs in: the whole of a transaction is one section. */
  override async _runExclusiveTransaction<T>(work: () => Promise<T>): Promise<T> {
    return await super._runExclusiveTransaction(async () => {
      try {
        return await work();
      } finally {
        if (this.ready) await this.#tidy();
      }
    });
  }

  async #tidy(): Promise<void> {
    if (this.isInTransaction()) await this.#simple('ROLLBACK');
    this.#sections += 1;
    if (this.#sections < sectionsBetweenLooks) return;
    this.#sections = 0;
    if (await this.#simple(checkpointDue)) await this.#simple('CHECKPOINT');
    if (await this.#simple(analyzeDue)) await this.#simple('ANALYZE "ActivityLog"');
  }

  /** Past the mutex that the caller holds. True where the first value of the answer is. */
  async #simple(statement: string): Promise<boolean> {
    const { messages: answers } = await this.runExclusive(() =>
      this.execProtocol(protocol.serialize.query(statement), { throwOnError: false, syncToFs: false }),
    );
    return answers.some((message) => 'fields' in message && Array.isArray(message.fields) && message.fields[0] === 't');
  }
}
