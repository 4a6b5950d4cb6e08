import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { ActivityLogError } from '../../errors.ts';
import { formatSnapshot, type Position, parseSnapshot } from './position.ts';

/** What seals live cursors: the same for every instance on one database. */
export interface CursorSeal {
  /** Changes when the database's transaction ids begin anew (a restore into another cluster). */
  epoch: string;
  /** 32 bytes. */
  key: Uint8Array;
}

const expired = (cause?: unknown): ActivityLogError =>
  new ActivityLogError('LIVE_CURSOR_EXPIRED', undefined, { field: 'after', cause });

function toText(position: Position): string {
  const parts = [formatSnapshot(position.seen)];
  if (position.within !== undefined) {
    const { until, place } = position.within;
    parts.push(formatSnapshot(until), String(place.transactionId), String(place.sequence));
  }
  return parts.join(';');
}

function fromText(text: string): Position {
  const [seenText = '', untilText, transactionId, sequence] = text.split(';');
  const seen = parseSnapshot(seenText);
  if (seen === undefined) throw expired();
  if (untilText === undefined) return { seen };
  const until = parseSnapshot(untilText);
  if (until === undefined || transactionId === undefined || sequence === undefined) throw expired();
  return { seen, within: { until, place: { transactionId: BigInt(transactionId), sequence: BigInt(sequence) } } };
}

/**
 * Turns positions of the feed into opaque cursors and back. Sealed (AES-256-GCM) rather than signed: transaction ids
 * tell how much every tenant of the instance writes, which is nobody else's business.
 */
export class LiveCursors {
  readonly #seal: CursorSeal;
  /** Of positions that are in use: many groups of subscribers get the cursor of one entry. */
  readonly #closed = new WeakMap<Position, string>();

  constructor(seal: CursorSeal) {
    this.#seal = seal;
  }

  /** The cursor of a position. */
  close(position: Position): string {
    const closed = this.#closed.get(position) ?? this.#encrypt(position);
    this.#closed.set(position, closed);
    return closed;
  }

  #encrypt(position: Position): string {
    const iv = randomBytes(12);
    const cipher = createCipheriv('aes-256-gcm', this.#seal.key, iv).setAAD(Buffer.from(this.#seal.epoch));
    const body = Buffer.concat([cipher.update(toText(position), 'utf8'), cipher.final()]);
    return Buffer.concat([iv, body, cipher.getAuthTag()]).toString('base64url');
  }

  /**
   * The position of a cursor.
   * @throws ActivityLogError LIVE_CURSOR_EXPIRED where it is not one of ours, was changed, or is of another epoch
   */
  open(cursor: string): Position {
    const bytes = Buffer.from(cursor, 'base64url');
    if (bytes.length < 28 || bytes.toString('base64url') !== cursor) throw expired();
    try {
      const decipher = createDecipheriv('aes-256-gcm', this.#seal.key, bytes.subarray(0, 12))
        .setAAD(Buffer.from(this.#seal.epoch))
        .setAuthTag(bytes.subarray(-16));
      const text = Buffer.concat([decipher.update(bytes.subarray(12, -16)), decipher.final()]).toString('utf8');
      return fromText(text);
    } catch (error) {
      throw error instanceof ActivityLogError ? error : expired(error);
    }
  }
}
