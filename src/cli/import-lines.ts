import { createReadStream, fstatSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { addAbortSignal, pipeline, Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { ActivityLogError } from '../errors.ts';

/** Bytes of a line at most. */
export const longestLine = 1024 * 1024;

/** Bytes that are read at once: lines are taken without a pause, and the database must not wait for that. */
const chunkSize = 64 * 1024;
const newline = 10;

/** A line of the input. */
export interface Line {
  /** From 1 on; empty lines count. */
  number: number;
  /** Without its end; undefined where it is longer than 1 MiB. */
  bytes: Buffer | undefined;
}

export interface Input {
  /** The lines, as many at a time as one chunk had. Throws an ActivityLogError where the input cannot be read on. */
  lines: AsyncGenerator<Line[], void, undefined>;
  /** How much of the file was read, from 0 to 1; undefined where its size is not known. */
  fraction(): number | undefined;
  /** May be called twice. */
  close(): void;
}

async function openSource(file: string): Promise<{ source: Readable; size: number | undefined }> {
  if (file === '-') {
    const { stdin } = process;
    const stats = fstatSync(stdin.fd);
    return { source: stdin, size: stats.isFile() ? stats.size : undefined };
  }
  const handle = await open(file);
  const stats = await handle.stat();
  if (stats.isDirectory()) {
    await handle.close();
    throw new ActivityLogError('BAD_USER_INPUT', `${file} is a directory; import takes a file of JSON lines.`);
  }
  const source = createReadStream(file, { fd: handle, highWaterMark: chunkSize });
  return { source, size: stats.isFile() ? stats.size : undefined };
}

/** Reads gzip, known by its first two bytes, as what is inside of it. */
async function* unpacked(source: AsyncIterable<Buffer>): AsyncGenerator<Buffer, void, undefined> {
  const chunks = source[Symbol.asyncIterator]();
  let head = Buffer.alloc(0);
  while (head.length < 2) {
    const { value, done } = await chunks.next();
    if (done) break;
    head = Buffer.concat([head, value]);
  }
  async function* all(): AsyncGenerator<Buffer, void, undefined> {
    if (head.length > 0) yield head;
    for (let next = await chunks.next(); !next.done; next = await chunks.next()) yield next.value;
  }
  if (head[0] !== 0x1f || head[1] !== 0x8b) return yield* all();
  // Errors of either come out of the loop over gunzip.
  yield* pipeline(Readable.from(all()), createGunzip({ chunkSize }), () => {}) as AsyncIterable<Buffer>;
}

/** The lines of chunks. No more than one line is held. */
async function* splitLines(chunks: AsyncIterable<Buffer>): AsyncGenerator<Line[], void, undefined> {
  let number = 0;
  let parts: Buffer[] = [];
  let length = 0;
  const keep = (part: Buffer) => {
    length += part.length;
    if (length <= longestLine) parts.push(part);
    else parts = [];
  };
  const finish = (): Line => {
    number += 1;
    const bytes = length > longestLine ? undefined : parts.length === 1 ? parts[0] : Buffer.concat(parts);
    parts = [];
    length = 0;
    return { number, bytes };
  };
  for await (const chunk of chunks) {
    const lines: Line[] = [];
    let from = 0;
    for (let at = chunk.indexOf(newline); at !== -1; at = chunk.indexOf(newline, from)) {
      keep(chunk.subarray(from, at));
      lines.push(finish());
      from = at + 1;
    }
    if (from < chunk.length) keep(chunk.subarray(from));
    if (lines.length > 0) yield lines;
  }
  if (length > 0) yield [finish()];
}

function toReadError(file: string, error: unknown): unknown {
  if (error instanceof ActivityLogError || !(error instanceof Error)) return error;
  const { code = '' } = error as NodeJS.ErrnoException;
  const name = file === '-' ? 'standard input' : file;
  const message = code.startsWith('Z_')
    ? `The gzip data of ${name} is damaged or cut off: ${error.message}.`
    : `${name} cannot be read: ${error.message}.`;
  return new ActivityLogError('BAD_USER_INPUT', message, { cause: error });
}

/**
 * Opens a file (`-`: standard input) of lines, plain or gzip, to be read with flat memory.
 * @param signal ends the reading; the lines then throw
 * @throws ActivityLogError where the file cannot be opened
 */
export async function openInput(file: string, signal: AbortSignal): Promise<Input> {
  try {
    const { source, size } = await openSource(file);
    addAbortSignal(signal, source);
    let read = 0;
    const counted = async function* (): AsyncGenerator<Buffer, void, undefined> {
      for await (const chunk of source as AsyncIterable<Buffer>) {
        read += chunk.length;
        yield chunk;
      }
    };
    const lines = async function* (): AsyncGenerator<Line[], void, undefined> {
      try {
        yield* splitLines(unpacked(counted()));
      } catch (error) {
        throw toReadError(file, error);
      }
    };
    return {
      lines: lines(),
      fraction: () => (size === undefined || size === 0 ? undefined : read / size),
      close: () => void source.destroy(),
    };
  } catch (error) {
    throw toReadError(file, error);
  }
}
