// Cursors as the service makes them: a checksum, the time in base 36, the id.
import { crc32 } from 'node:zlib';

const checksum = (text) => crc32(text).toString(16).padStart(8, '0');

/** @param time in milliseconds */
export function closeCursor(time, id) {
  const text = `${time.toString(36)}:${id}`;
  return Buffer.from(checksum(text) + text).toString('base64url');
}

/** @returns { createdAt: ISO text, id } @throws Error where the cursor was changed */
export function openCursor(cursor) {
  const text = Buffer.from(cursor, 'base64url').toString();
  const colon = text.indexOf(':');
  const [time, id] = [text.slice(8, colon), text.slice(colon + 1)];
  if (checksum(text.slice(8)) !== text.slice(0, 8)) throw new Error('The cursor was changed.');
  return { createdAt: new Date(Number.parseInt(time, 36)).toISOString(), id };
}

/** The global id of an entry, as Relay's libraries make them. */
export const globalId = (id) => Buffer.from(`ActivityLog:${id}`).toString('base64');
