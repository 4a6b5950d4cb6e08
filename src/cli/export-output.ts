import { createHash, type Hash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { type FileHandle, open, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { createGunzip, gzip } from 'node:zlib';
import { ActivityLogError } from '../errors.ts';

const compress = promisify(gzip);

/** Bytes that are written, and compressed, at once: each piece of a compressed file is a member of its own. */
const pieceSize = 4 * 1024 * 1024;

/** Where an export has come, beside its unfinished file. */
export interface ExportState {
  /** The command that it belongs to, as text. */
  wish: string;
  ticket: string;
  liveCursor: string;
  createdAt: string;
  after: string;
  count: number;
  /** Of the export, and of the file. */
  bytes: number;
  fileBytes: number;
}

export type Placed = Pick<ExportState, 'ticket' | 'liveCursor' | 'createdAt' | 'after' | 'count'>;

const broken = (path: string, error: unknown): ActivityLogError =>
  new ActivityLogError('BAD_USER_INPUT', `${path} cannot be used: ${(error as Error).message}.`, { cause: error });

/** Where an export is written to. */
export interface ExportOutput {
  /** Bytes of the export so far. */
  readonly bytes: number;
  /** Takes bytes that end with the entry that `placed` names; without it the end of the export. */
  write(bytes: Uint8Array, placed: Placed | undefined): Promise<void>;
  /** Puts down what was taken, so that `--resume` goes on from here. */
  keep(): Promise<void>;
  /** The end: the file gets its name, and its manifest beside it. @returns SHA-256 of the export in hex */
  finish(manifest: (sha256: string) => object): Promise<string>;
  close(): Promise<void>;
}

/** Standard output, compressed or not. */
export class PipedOutput implements ExportOutput {
  bytes = 0;
  readonly #gzip: boolean;
  readonly #hash = createHash('sha256');
  #pending: Uint8Array[] = [];
  #size = 0;

  constructor(isGzip: boolean) {
    this.#gzip = isGzip;
    // A failed write is seen where it was made; the event would end the process.
    process.stdout.on('error', () => undefined);
  }

  async write(bytes: Uint8Array): Promise<void> {
    this.bytes += bytes.length;
    this.#hash.update(bytes);
    if (!this.#gzip) return await this.#print(bytes);
    this.#pending.push(bytes);
    this.#size += bytes.length;
    if (this.#size >= pieceSize) await this.keep();
  }

  async keep(): Promise<void> {
    const pending = Buffer.concat(this.#pending.splice(0));
    this.#size = 0;
    if (pending.length > 0) await this.#print(await compress(pending));
  }

  async finish(): Promise<string> {
    await this.keep();
    return this.#hash.digest('hex');
  }

  async close(): Promise<void> {}

  async #print(bytes: Uint8Array): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      process.stdout.write(bytes, (error) => {
        if (error == null) return resolve();
        reject(new ActivityLogError('BAD_USER_INPUT', 'Nobody reads the output any more.', { cause: error }));
      });
    });
  }
}

/** A file: FILE.part and FILE.part.json until it is whole, then FILE and FILE.manifest.json. */
export class FileOutput implements ExportOutput {
  readonly #path: string;
  readonly #gzip: boolean;
  readonly #wish: string;
  readonly #file: FileHandle;
  readonly #hash: Hash;
  #bytes: number;
  #fileBytes: number;
  #pending: Uint8Array[] = [];
  #size = 0;
  #placed: Placed | undefined;

  private constructor(path: string, isGzip: boolean, wish: string, file: FileHandle, hash: Hash, state?: ExportState) {
    this.#path = path;
    this.#gzip = isGzip;
    this.#wish = wish;
    this.#file = file;
    this.#hash = hash;
    this.#bytes = state?.bytes ?? 0;
    this.#fileBytes = state?.fileBytes ?? 0;
  }

  /**
   * Opens it; with `resume` where an earlier one has stopped.
   * @returns it, and where it stands: undefined at the beginning
   * @throws ActivityLogError BAD_USER_INPUT where the file cannot be used, or is of another command
   */
  static async open(
    path: string,
    { gzip: isGzip, wish, resume }: { gzip: boolean; wish: string; resume: boolean },
  ): Promise<{ output: FileOutput; state: ExportState | undefined }> {
    const part = `${path}.part`;
    const state = resume ? await readState(`${part}.json`) : undefined;
    if (state !== undefined && state.wish !== wish) {
      const message = `${part} is of an export with other options. Delete it, or give those.`;
      throw new ActivityLogError('BAD_USER_INPUT', message);
    }
    try {
      const file = await open(part, state === undefined ? 'w' : 'r+');
      const hash = createHash('sha256');
      if (state === undefined) await rm(`${part}.json`, { force: true });
      else {
        await file.truncate(state.fileBytes);
        const read = createReadStream(part);
        for await (const chunk of isGzip ? read.pipe(createGunzip()) : read) hash.update(chunk as Buffer);
      }
      return { output: new FileOutput(path, isGzip, wish, file, hash, state), state };
    } catch (error) {
      throw broken(part, error);
    }
  }

  get bytes(): number {
    return this.#bytes;
  }

  async write(bytes: Uint8Array, placed: Placed | undefined): Promise<void> {
    this.#bytes += bytes.length;
    this.#hash.update(bytes);
    this.#pending.push(bytes);
    this.#size += bytes.length;
    this.#placed = placed;
    if (this.#size >= pieceSize) await this.keep();
  }

  async keep(): Promise<void> {
    const pending = Buffer.concat(this.#pending.splice(0));
    this.#size = 0;
    if (pending.length === 0) return;
    const written = this.#gzip ? await compress(pending) : pending;
    try {
      await writeAll(this.#file, written, this.#fileBytes);
      this.#fileBytes += written.length;
      if (this.#placed === undefined) return;
      const state: ExportState = {
        wish: this.#wish,
        ...this.#placed,
        bytes: this.#bytes,
        fileBytes: this.#fileBytes,
      };
      await writeWhole(`${this.#path}.part.json`, state);
    } catch (error) {
      throw broken(`${this.#path}.part`, error);
    }
  }

  async finish(manifest: (sha256: string) => object): Promise<string> {
    await this.keep();
    const sha256 = this.#hash.digest('hex');
    try {
      await this.#file.sync();
      await writeWhole(`${this.#path}.manifest.json`, manifest(sha256));
      await rename(`${this.#path}.part`, this.#path);
      await rm(`${this.#path}.part.json`, { force: true });
    } catch (error) {
      throw broken(this.#path, error);
    }
    return sha256;
  }

  async close(): Promise<void> {
    await this.#file.close();
    // Refused at once, it leaves nothing behind.
    if (this.#fileBytes === 0) await rm(`${this.#path}.part`, { force: true });
  }
}

/** A disk may take less than it is given. */
async function writeAll(file: FileHandle, bytes: Buffer, position: number): Promise<void> {
  for (let at = 0; at < bytes.length; ) {
    const { bytesWritten } = await file.write(bytes, at, bytes.length - at, position + at);
    at += bytesWritten;
  }
}

/** Never seen half written. */
async function writeWhole(path: string, value: object): Promise<void> {
  await writeFile(`${path}.tmp`, `${JSON.stringify(value, null, 2)}\n`);
  await rename(`${path}.tmp`, path);
}

async function readState(path: string): Promise<ExportState | undefined> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as ExportState;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw broken(path, error);
  }
}
