import { ActivityLogError } from '../../errors.ts';
import { isStorableText } from './text.ts';

/** An entry's place in a timeline: newest first by `createdAt`, then by `id`. */
export interface PagePosition {
  createdAt: Date;
  id: string;
}

/** 4713 BC: what PostgreSQL's timestamps begin with. */
const earliest = Date.UTC(-4712, 0, 1);

/** What a cursor is made in. */
let bytes = Buffer.allocUnsafe(4_096);
const checksumLength = 8;

const crcTable = Int32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit += 1) crc = (crc & 1) === 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  return crc;
});

/** CRC-32 of some of `bytes`. By hand: for forty bytes zlib's takes ten times as long. */
function checksum(from: number, to: number): number {
  let crc = -1;
  for (let at = from; at < to; at += 1) crc = (crcTable[(crc ^ (bytes[at] as number)) & 0xff] as number) ^ (crc >>> 8);
  return ~crc;
}

const digits = Buffer.from('0123456789abcdefghijklmnopqrstuvwxyz');
/** Numbers between them have eight digits of base 36. */
const [fewest, tooMany] = [36 ** 7, 36 ** 8];

/** Writes a moment to base 36. @returns where it ends. */
function writeMoment(time: number, at: number): number {
  if (time < fewest || time >= tooMany) return at + bytes.write(time.toString(36), at, 'latin1');
  for (let [rest, place] = [time, at + 7]; place >= at; place -= 1) {
    const above = Math.floor(rest / 36);
    bytes[place] = digits[rest - above * 36] as number;
    rest = above;
  }
  return at + 8;
}

const letters = Buffer.from('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_');

/** The most letters that the cursor of an entry can have. */
export const longestPageCursor = ({ id }: PagePosition): number =>
  Math.ceil(((checksumLength + 16 + 3 * id.length) * 4) / 3);

/**
 * Writes the cursor of an entry as base64url. Fifty of them are made for a page: byte by byte they take a fifth of the time.
 * @param to has room for `longestPageCursor` from `at` on
 * @returns where it ends
 */
export function putPageCursor({ createdAt, id }: PagePosition, to: Uint8Array, at: number): number {
  const longest = checksumLength + 16 + 3 * id.length;
  if (longest > bytes.length) bytes = Buffer.allocUnsafe(longest);
  let end = writeMoment(createdAt.getTime(), checksumLength);
  bytes[end] = 58; // :
  end = writeText(id, end + 1);
  const crc = checksum(checksumLength, end);
  for (let place = 0; place < checksumLength; place += 1) {
    bytes[place] = digits[(crc >>> (28 - 4 * place)) & 15] as number;
  }
  return putBase64Url(end, to, at);
}

/** Writes a text. @returns where it ends. */
function writeText(text: string, at: number): number {
  for (let place = 0; place < text.length; place += 1) {
    const code = text.charCodeAt(place);
    if (code > 127) return at + bytes.write(text, at, 'utf8');
    bytes[at + place] = code;
  }
  return at + text.length;
}

/** Writes the first of `bytes` as base64url. @returns where it ends. */
function putBase64Url(length: number, to: Uint8Array, at: number): number {
  let end = at;
  for (let place = 0; place < length; place += 3) {
    const left = length - place;
    const two = left > 1 ? (bytes[place + 1] as number) : 0;
    const three = left > 2 ? (bytes[place + 2] as number) : 0;
    const bits = ((bytes[place] as number) << 16) | (two << 8) | three;
    to[end++] = letters[bits >> 18] as number;
    to[end++] = letters[(bits >> 12) & 63] as number;
    if (left > 1) to[end++] = letters[(bits >> 6) & 63] as number;
    if (left > 2) to[end++] = letters[bits & 63] as number;
  }
  return end;
}

/** The opaque cursor of an entry in any timeline. It says nothing that the entry itself does not say. */
export function closePageCursor(position: PagePosition): string {
  const cursor = Buffer.allocUnsafe(longestPageCursor(position));
  return cursor.toString('latin1', 0, putPageCursor(position, cursor, 0));
}

/**
 * Reads a cursor back.
 * @param field the argument that it came in, for the error.
 * @throws ActivityLogError BAD_USER_INPUT where it is not a cursor of ours or was changed
 */
export function openPageCursor(cursor: string, field: 'after' | 'before'): PagePosition {
  const text = Buffer.from(cursor, 'base64url').toString('utf8');
  const [, moment = '', id = ''] = /^[0-9a-f]{8}(-?[0-9a-z]{1,12}):([\s\S]{1,1024})$/.exec(text) ?? [];
  const createdAt = new Date(Number.parseInt(moment, 36));
  // Decoding overlooks a lot (other alphabets, blanks, bits left over); a cursor of ours is what we would write ourselves.
  const isOurs = createdAt.getTime() >= earliest && isStorableText(id) && closePageCursor({ createdAt, id }) === cursor;
  if (!isOurs) {
    throw new ActivityLogError('BAD_USER_INPUT', `${field} takes a cursor that a timeline gave, unchanged`, { field });
  }
  return { createdAt, id };
}
