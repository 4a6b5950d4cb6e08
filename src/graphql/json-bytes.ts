/** JSON as bytes, for what is written often: to the same letters as JSON.stringify, without a text in between. */

/** A value of a result that writes itself. Whoever does not know of it gets the value. */
export class JsonValueWriter {
  /** Writes the value. */
  readonly write: (to: JsonBytes) => void;

  constructor(write: (to: JsonBytes) => void) {
    this.write = write;
  }

  toJSON(): unknown {
    const own = new JsonBytes();
    this.write(own);
    return JSON.parse(own.take().toString());
  }
}

/** What goes between quotes as it is: ASCII but quotes, backslashes and control characters. */
const isPlain = Uint8Array.from({ length: 128 }, (_, code) => (code >= 32 && code !== 34 && code !== 92 ? 1 : 0));
/** From so many characters on a call into Node takes less time than a loop. */
const long = 64;
/** The bytes of the longest escape of a character. */
const longestEscape = 6;

const [zero, quote, padding, colon, point, utc] = [48, 34, 61, 58, 46, 90];
const base64Letters = Buffer.from('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/');
const day = 86_400_000;

/** What is kept for the next answer, in bytes: nearly all are shorter. */
const kept = 262_144;

/** More than a result can have around a page: queries are nested 15 deep, and each field may be a list. */
const levelsOfResults = 40;

export class JsonBytes {
  #bytes = Buffer.allocUnsafe(4_096);
  #at = 0;
  #day = Number.NaN;
  #dayText = '';

  /** JSON as it stands in a text. */
  json(text: string): void {
    this.#reserve(3 * text.length);
    if (text.length >= long) {
      this.#at += this.#bytes.write(text, this.#at, 'utf8');
      return;
    }
    const bytes = this.#bytes;
    let at = this.#at;
    for (let place = 0; place < text.length; place += 1) {
      const code = text.charCodeAt(place);
      if (code > 127) {
        this.#at += bytes.write(text, this.#at, 'utf8');
        return;
      }
      bytes[at++] = code;
    }
    this.#at = at;
  }

  /** A text. */
  text(text: string): void {
    this.#reserve(longestEscape * text.length + 2);
    const bytes = this.#bytes;
    let at = this.#at;
    bytes[at++] = quote;
    for (let place = 0; place < text.length; place += 1) {
      const code = text.charCodeAt(place);
      if (code > 127 || isPlain[code] === 0) {
        this.json(JSON.stringify(text));
        return;
      }
      bytes[at++] = code;
    }
    bytes[at++] = quote;
    this.#at = at;
  }

  /** A text as base64, behind what is base64 already. By hand: through a Buffer it takes four times as long. */
  base64(before: string, text: string): void {
    this.#reserve(before.length + 2 * text.length + 8);
    this.json(`"${before}`);
    const bytes = this.#bytes;
    let at = this.#at;
    for (let place = 0; place < text.length; place += 3) {
      const [one, two, three] = [text.charCodeAt(place), text.charCodeAt(place + 1), text.charCodeAt(place + 2)];
      // Not a number behind the end: no bits.
      if (one > 127 || two > 127 || three > 127) {
        this.json(`${Buffer.from(text).toString('base64')}"`);
        return;
      }
      const bits = (one << 16) | (two << 8) | three;
      bytes[at++] = base64Letters[bits >> 18] as number;
      bytes[at++] = base64Letters[(bits >> 12) & 63] as number;
      bytes[at++] = place + 1 < text.length ? (base64Letters[(bits >> 6) & 63] as number) : padding;
      bytes[at++] = place + 2 < text.length ? (base64Letters[bits & 63] as number) : padding;
    }
    bytes[at++] = quote;
    this.#at = at;
  }

  /**
   * A text of ASCII that needs no escapes, written by `put`, which returns where it ends.
   * @param longest bytes that it may take
   */
  plain(longest: number, put: (to: Uint8Array, at: number) => number): void {
    this.#reserve(longest + 2);
    this.#bytes[this.#at] = quote;
    const end = put(this.#bytes, this.#at + 1);
    this.#bytes[end] = quote;
    this.#at = end + 1;
  }

  /**
   * A moment, as Date.toJSON has it: by hand, because toISOString takes longer than all other fields of an entry.
   * @throws RangeError for an invalid Date
   */
  moment(date: Date): void {
    const time = date.getTime();
    const dayOf = Math.floor(time / day);
    if (dayOf !== this.#day) {
      this.#dayText = `"${date.toISOString().slice(0, -'00:00:00.000Z'.length)}`;
      this.#day = dayOf;
    }
    this.json(this.#dayText);
    this.#reserve(16);
    const bytes = this.#bytes;
    const at = this.#at;
    const milliseconds = time - dayOf * day;
    const seconds = Math.floor(milliseconds / 1_000);
    const minutes = Math.floor(seconds / 60);
    twoDigits(bytes, at, Math.floor(minutes / 60));
    bytes[at + 2] = colon;
    twoDigits(bytes, at + 3, minutes % 60);
    bytes[at + 5] = colon;
    twoDigits(bytes, at + 6, seconds % 60);
    bytes[at + 8] = point;
    const thousandths = milliseconds - seconds * 1_000;
    const tenths = Math.floor(thousandths / 100);
    bytes[at + 9] = zero + tenths;
    twoDigits(bytes, at + 10, thousandths - tenths * 100);
    bytes[at + 12] = utc;
    bytes[at + 13] = quote;
    this.#at = at + 14;
  }

  /** Any value. @param levels of it in which something may write itself; what is below is JSON.stringify's. */
  value(value: unknown, levels = levelsOfResults): void {
    if (value instanceof JsonValueWriter) value.write(this);
    else if (levels > 0 && Array.isArray(value)) this.#list(value, levels - 1);
    else if (levels > 0 && isPlainObject(value)) this.#object(value, levels - 1);
    else this.json(JSON.stringify(value) ?? 'null');
  }

  /** What has been written, and begins anew. */
  take(): Buffer<ArrayBuffer> {
    const taken = Buffer.from(this.#bytes.subarray(0, this.#at));
    this.clear();
    return taken;
  }

  clear(): void {
    this.#at = 0;
    if (this.#bytes.length > kept) this.#bytes = Buffer.allocUnsafe(kept);
  }

  #object(value: object, levels: number): void {
    let before = '{';
    for (const [name, member] of Object.entries(value)) {
      if (member === undefined) continue;
      this.json(before);
      this.text(name);
      this.json(':');
      this.value(member, levels);
      before = ',';
    }
    this.json(before === '{' ? '{}' : '}');
  }

  #list(values: readonly unknown[], levels: number): void {
    this.json('[');
    for (const [place, value] of values.entries()) {
      if (place > 0) this.json(',');
      this.value(value, levels);
    }
    this.json(']');
  }

  #reserve(more: number): void {
    if (this.#at + more <= this.#bytes.length) return;
    const larger = Buffer.allocUnsafe(2 * (this.#at + more));
    this.#bytes.copy(larger, 0, 0, this.#at);
    this.#bytes = larger;
  }
}

function twoDigits(bytes: Buffer, at: number, number: number): void {
  const tens = Math.floor(number / 10);
  bytes[at] = zero + tens;
  bytes[at + 1] = zero + number - tens * 10;
}

function isPlainObject(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

/** One for all: whatever is written is taken before anything else can run. */
const shared = new JsonBytes();

/** A value as JSON. What it throws, its writers have thrown. */
export function jsonBytes(value: unknown): Buffer<ArrayBuffer> {
  shared.clear();
  shared.value(value);
  return shared.take();
}
