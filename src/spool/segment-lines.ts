import type { FileHandle } from 'node:fs/promises';
import { crc32 } from 'node:zlib';

/** What a line takes besides its record: the checksum, a blank and the line break. */
export const lineOverhead = 10;

const lineBreak = 0x0a;
const chunkBytes = 64 * 1024;

export interface Line {
  /** Where it begins, and where the next one does. */
  start: number;
  end: number;
  /** With the line break, where it has one. */
  bytes: Buffer;
}

/** The lines of records, one after the other. */
export function encodeLines(records: readonly string[]): Buffer {
  return Buffer.concat(
    records.flatMap((record) => {
      const bytes = Buffer.from(record);
      return [Buffer.from(`${checksum(bytes)} `), bytes, Buffer.of(lineBreak)];
    }),
  );
}

/** The record of a line; undefined where it is damaged or not whole. */
export function decodeLine(line: Buffer): Buffer | undefined {
  if (line.length < lineOverhead || line.at(-1) !== lineBreak) return undefined;
  const record = line.subarray(lineOverhead - 1, -1);
  return line.toString('latin1', 0, lineOverhead - 1) === `${checksum(record)} ` ? record : undefined;
}

/** Reads the lines of a part of a file, about 64 KiB of them at a time. What stands behind the last line break is one too. */
export async function* readLines(file: FileHandle, from: number, to: number): AsyncGenerator<Line[]> {
  let [start, position] = [from, from];
  let begun: Buffer[] = [];
  while (position < to) {
    const { bytesRead, buffer } = await file.read(Buffer.allocUnsafe(Math.min(chunkBytes, to - position)), {
      position,
    });
    if (bytesRead === 0) break;
    const chunk = buffer.subarray(0, bytesRead);
    const lines: Line[] = [];
    let at = 0;
    for (let next = chunk.indexOf(lineBreak); next !== -1; next = chunk.indexOf(lineBreak, at)) {
      const end = position + next + 1;
      const rest = chunk.subarray(at, next + 1);
      lines.push({ start, end, bytes: begun.length === 0 ? rest : Buffer.concat([...begun, rest]) });
      begun = [];
      at = next + 1;
      start = end;
    }
    if (at < bytesRead) begun.push(chunk.subarray(at));
    position += bytesRead;
    yield lines;
  }
  if (start < to) yield [{ start, end: to, bytes: Buffer.concat(begun) }];
}

function checksum(bytes: Buffer): string {
  return crc32(bytes).toString(16).padStart(8, '0');
}
