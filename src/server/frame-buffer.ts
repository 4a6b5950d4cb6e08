import type { Delivery } from '../live/topic.ts';

/** Bytes that are written at once, about; the other side's progress is seen in these steps. */
const chunkSize = 65_536;
const textFrame = 0x81;

/** How many bytes stand before a message of this length in a frame from a server (RFC 6455, 5.2). */
const headerSize = (length: number): number => (length < 126 ? 2 : length < 65_536 ? 4 : 10);

function writeHeader(buffer: Buffer, at: number, length: number): void {
  buffer[at] = textFrame;
  if (length < 126) buffer[at + 1] = length;
  else if (length < 65_536) {
    buffer[at + 1] = 126;
    buffer.writeUInt16BE(length, at + 2);
  } else {
    buffer[at + 1] = 127;
    buffer.writeUInt32BE(0, at + 2);
    buffer.writeUInt32BE(length, at + 6);
  }
}

/** Frames that are written at once: whole but for the beginning of each message, which is the subscriber's own. */
export class Chunk {
  /** How many messages it has. */
  readonly count: number;
  readonly #places: readonly number[];
  #bytes: Buffer;
  #taken = false;

  constructor(bytes: Buffer, places: readonly number[]) {
    this.#bytes = bytes;
    this.#places = places;
    this.count = places.length;
  }

  get size(): number {
    return this.#bytes.length;
  }

  /** The bytes with a subscriber's prefix, valid until the next call unless they are kept. */
  stamp(prefix: string): Buffer {
    if (this.#taken) this.#bytes = Buffer.from(this.#bytes);
    this.#taken = false;
    for (const place of this.#places) this.#bytes.write(prefix, place, 'latin1');
    return this.#bytes;
  }

  /** Somebody else holds the bytes that `stamp` gave: the next ones are others. */
  keep(): void {
    this.#taken = true;
  }
}

/** Lays out deliveries from a place in the list on for prefixes of one length, one character a byte. */
function layOut(deliveries: readonly Delivery[], from: number, prefixLength: number): Chunk[] {
  const chunks: Chunk[] = [];
  for (let next = from; next < deliveries.length; ) {
    const first = next;
    let size = 0;
    for (; next < deliveries.length && size < chunkSize; next += 1) {
      const length = prefixLength + (deliveries[next] as Delivery).bytes.length + 1;
      size += headerSize(length) + length;
    }
    const bytes = Buffer.allocUnsafe(size);
    const places: number[] = [];
    let at = 0;
    for (const { bytes: text } of deliveries.slice(first, next)) {
      const length = prefixLength + text.length + 1;
      writeHeader(bytes, at, length);
      at += headerSize(length);
      places.push(at);
      text.copy(bytes, at + prefixLength);
      at += length;
      bytes[at - 1] = 0x7d; // }
    }
    chunks.push(new Chunk(bytes, places));
  }
  return chunks;
}

/**
 * Makes the frames of deliveries once for all subscribers whose prefixes have the same length, which those of one kind of
 * client have: for each of them only the prefix is written anew.
 */
export class FrameBuffer {
  #deliveries: readonly Delivery[] | undefined;
  #from = 0;
  #prefixLength = 0;
  #chunks: readonly Chunk[] = [];

  chunksOf(deliveries: readonly Delivery[], from: number, prefixLength: number): readonly Chunk[] {
    if (this.#deliveries !== deliveries || this.#from !== from || this.#prefixLength !== prefixLength) {
      this.#chunks = layOut(deliveries, from, prefixLength);
      this.#deliveries = deliveries;
      this.#from = from;
      this.#prefixLength = prefixLength;
    }
    return this.#chunks;
  }
}
