/** How much it is. `bytes` are those of the records in UTF-8. */
export interface SpoolSize {
  records: number;
  bytes: number;
}

/**
 * Where a spool keeps the records that wait: first in, first out. A record is one JSON text without a line break, as
 * JSON.stringify makes it (so without lone surrogates).
 */
export interface SpoolStore {
  /**
   * Keeps records behind the others, all or none, in the order of the calls. Resolves once they are as safe as this
   * store can make them.
   * @throws SpoolFullError; a TypeError for a record with a line break; what the disk said; an Error once it is closed
   */
  append(records: readonly string[]): Promise<void>;
  /**
   * The oldest ones: at most so many, and at most so many bytes together but at least one. The same again until they
   * are released. Empty where nothing waits.
   */
  peek(most: SpoolSize): Promise<string[]>;
  /** Forgets the oldest `count`; all of them where fewer wait. */
  release(count: number): Promise<void>;
  /** How much waits, what was left by others and taken over included. Can be read after `close` too. */
  readonly size: SpoolSize;
  /** What it is, for messages: `memory`, or the directory. */
  readonly place: string;
  /** True where what waits survives the process. */
  readonly durable: boolean;
  /** Everything but `size` is refused from then on. May be called twice. */
  close(): Promise<void>;
}

export interface SpoolFull {
  place: string;
  /** The most that may wait. */
  bound: { records?: number | undefined; bytes: number };
  /** What waits; its bytes are counted as the bound counts them. */
  waiting: SpoolSize;
  /** What there was no room for. */
  refused: SpoolSize;
}

/** There is no room for more records: nothing of the call was kept. Which setting would help is for the caller to say. */
export class SpoolFullError extends Error {
  override readonly name = 'SpoolFullError';
  readonly full: SpoolFull;

  constructor(full: SpoolFull, options?: ErrorOptions) {
    const { place, bound, waiting, refused } = full;
    const most = `${bound.records === undefined ? '' : `${bound.records} records or `}${bound.bytes} bytes`;
    super(
      `The spool (${place}) has no room for ${inWords(refused)}: ${inWords(waiting)} wait already, the most is ${most}.`,
      options,
    );
    this.full = full;
  }
}

function inWords({ records, bytes }: SpoolSize): string {
  return `${records} ${records === 1 ? 'record' : 'records'} of ${bytes} bytes`;
}
