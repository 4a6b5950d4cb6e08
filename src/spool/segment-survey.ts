import type { FileHandle } from 'node:fs/promises';
import { decodeLine, readLines } from './segment-lines.ts';
import type { SpoolSize } from './spool-store.ts';

/** A line of a file, counted from 1. */
export interface LinePlace {
  start: number;
  line: number;
}

export interface Survey {
  /** Bytes on disk. */
  length: number;
  /** Where the first line begins that is not released; `line` counts the lines before it. */
  start: number;
  line: number;
  /** Where the last line ends that can have been acknowledged. */
  end: number;
  waiting: SpoolSize;
  damaged: LinePlace[];
}

/** The first byte of a mark, which stands over the checksum of the file's first line: the offset up to which all is released. */
const sign = '~';
const digits = 8;

/** Counts what a file holds that another process has left. */
export async function surveySegment(file: FileHandle): Promise<Survey> {
  const length = (await file.stat()).size;
  const start = await readMark(file, length);
  const survey: Survey = { length, start, line: 0, end: length, waiting: { records: 0, bytes: 0 }, damaged: [] };
  let line = 0;
  for await (const lines of readLines(file, 0, length)) {
    for (const { start, bytes } of lines) {
      line += 1;
      if (start < survey.start) {
        survey.line = line;
        continue;
      }
      const record = decodeLine(bytes);
      if (record === undefined) {
        survey.damaged.push({ start, line });
      } else {
        survey.waiting.records += 1;
        survey.waiting.bytes += record.length;
      }
    }
  }
  // The last line: its writer died before it was whole on disk, so nobody was told that it is kept.
  const last = survey.damaged.at(-1);
  if (last?.line === line) {
    survey.damaged.pop();
    survey.end = last.start;
  }
  return survey;
}

/**
 * Tells whoever takes the file over that all before the offset, at least one line, is released. Nothing depends on it:
 * it is neither synced nor complained about.
 */
export async function writeMark(file: FileHandle, start: number): Promise<void> {
  await file.write(sign + start.toString(36).padStart(digits, '0'), 0).catch(() => {});
}

async function readMark(file: FileHandle, length: number): Promise<number> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(sign.length + digits), { position: 0 });
  const mark = buffer.toString('latin1', 0, bytesRead);
  const offset = mark.startsWith(sign) ? Number.parseInt(mark.slice(sign.length), 36) : 0;
  return offset <= length ? offset : 0;
}
