/** True for text that PostgreSQL keeps unchanged: no U+0000 and no lone surrogate. */
export function isStorableText(text: string): boolean {
  return !text.includes('\u0000') && text.isWellFormed();
}

/** True where `text` has more than `most` characters (code points, as PostgreSQL counts them). */
export function isLongerThan(text: string, most: number): boolean {
  if (text.length <= most) return false;
  if (text.length > most * 2) return true;
  let count = 0;
  for (const _ of text) count += 1;
  return count > most;
}

/** Bytes that a text takes in UTF-8. */
export function utf8Length(text: string): number {
  // Browsers have no Buffer, and check entries too.
  return typeof Buffer === 'undefined' ? new TextEncoder().encode(text).length : Buffer.byteLength(text);
}
