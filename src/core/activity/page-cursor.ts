import { crc32 } from 'node:zlib';
import { ActivityLogError } from '../../errors.ts';
import { isStorableText } from './text.ts';

/** An entry's place in a timeline: newest first by `createdAt`, then by `id`. */
export interface PagePosition {
  createdAt: Date;
  id: string;
}

/** 4713 BC: what PostgreSQL's timestamps begin with. */
const earliest = Date.UTC(-4712, 0, 1);

const checksum = (text: string): string => (crc32(text) >>> 0).toString(16).padStart(8, '0');

/** The opaque cursor of an entry in any timeline. It says nothing that the entry itself does not say. */
export function closePageCursor({ createdAt, id }: PagePosition): string {
  const text = `${createdAt.getTime().toString(36)}:${id}`;
  return Buffer.from(checksum(text) + text).toString('base64url');
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
