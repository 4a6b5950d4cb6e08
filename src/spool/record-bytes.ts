/**
 * How many bytes a record takes in UTF-8.
 * @throws TypeError where it contains a line break
 */
export function recordBytes(record: string): number {
  if (record.includes('\n')) throw new TypeError('a record of the spool must not contain a line break');
  let bytes = record.length;
  // Counted here, because a copy by TextEncoder costs more than the record itself.
  for (let at = 0; at < record.length; at++) {
    const unit = record.charCodeAt(at);
    if (unit < 0x80) continue;
    // Each half of a surrogate pair counts for two of the pair's four bytes.
    bytes += unit < 0x800 || (unit >= 0xd800 && unit <= 0xdfff) ? 1 : 2;
  }
  return bytes;
}
