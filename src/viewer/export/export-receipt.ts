import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex } from '@noble/hashes/utils.js';
import {
  type ActivityExportFormat,
  type ActivityFilter,
  type ActivityLogClient,
  ActivityLogClientError,
} from '../../client/client.ts';
import { pause } from '../../client/pause.ts';
import { EntryCutter } from '../../core/activity/export-records.ts';
import { exportFormats } from './export-formats.ts';
import { openExport } from './open-export.ts';

/** What is exported, and how it is written. */
export interface ExportOrder {
  readonly workspaceId: string;
  readonly filter: ActivityFilter;
  readonly format: ActivityExportFormat;
}

/** How far an export has come. */
export interface ExportProgress {
  readonly count: number;
  readonly bytes: number;
  /** True while it was cut, and waits to go on. */
  readonly isCut: boolean;
}

/** What was received. */
export interface ReceivedExport {
  readonly count: number;
  readonly bytes: number;
  /** Of these bytes, in hex. */
  readonly sha256: string;
  /** What names its moment. */
  readonly ticket: string;
}

export interface ExportReceiptOptions {
  client: Pick<ActivityLogClient, 'exportLink'>;
  order: ExportOrder;
  /** Takes what comes, in its order, each byte once. What it throws ends the run. */
  write(bytes: Uint8Array): Promise<void>;
  onProgress(progress: ExportProgress): void;
  /** Milliseconds before each try in a row that brings nothing; as many tries as there are numbers. About 25 seconds by default. */
  pauses?: readonly number[];
}

const patience = [250, 500, 1_000, 2_000, 4_000, 8_000, 8_000];

/**
 * Receives one export, and goes on by itself where it is cut: behind the last whole entry, with the rest of the same moment,
 * so that the bytes are those of one export.
 */
export class ExportReceipt {
  readonly #options: ExportReceiptOptions;
  readonly #hash = sha256.create();
  #count = 0;
  #bytes = 0;
  #ticket: string | undefined;
  /** The id of the last whole entry. */
  #last: string | undefined;

  constructor(options: ExportReceiptOptions) {
    this.#options = options;
  }

  /** What names its moment; undefined before anything has come. */
  get ticket(): string | undefined {
    return this.#ticket;
  }

  /**
   * Resolves when all of it has come. May be called again where it has failed: then it goes on where it was.
   * @throws ActivityLogClientError where it is refused, or cut again and again; what `write` throws; the signal's reason
   */
  async run(signal: AbortSignal): Promise<ReceivedExport> {
    const { pauses = patience } = this.#options;
    for (let failures = 0; ; failures += 1) {
      const before = this.#count;
      try {
        const ticket = await this.#part(signal);
        const digest = bytesToHex(this.#hash.clone().digest());
        return { count: this.#count, bytes: this.#bytes, sha256: digest, ticket };
      } catch (error) {
        signal.throwIfAborted();
        // What is refused before anything has come is told at once.
        const isCut = error instanceof ActivityLogClientError && error.code === 'UNAVAILABLE';
        if (!isCut || this.#ticket === undefined) throw error;
        if (this.#count > before) failures = 0;
        const wait = pauses[failures];
        if (wait === undefined) throw error;
        this.#say(true);
        await pause(wait, signal);
      }
    }
  }

  /** Receives the rest. @returns what names the moment */
  async #part(signal: AbortSignal): Promise<string> {
    const { client, order } = this.#options;
    const { url } = await client.exportLink({ ...order, export: this.#ticket }, signal);
    if (this.#last !== undefined) url.searchParams.set('after', this.#last);
    const { ticket, chunks } = await openExport(url, signal);
    this.#ticket = ticket;
    const cutter = new EntryCutter(exportFormats[order.format].name, 'escaped', this.#last !== undefined);
    for await (const chunk of chunks) {
      const whole = cutter.take(chunk);
      if (whole !== undefined) {
        await this.#write(whole.bytes);
        this.#count += whole.count;
        this.#last = whole.last;
      }
      this.#say(false);
    }
    await this.#write(cutter.rest());
    this.#say(false);
    return ticket;
  }

  async #write(bytes: Uint8Array): Promise<void> {
    if (bytes.length === 0) return;
    await this.#options.write(bytes);
    this.#hash.update(bytes);
    this.#bytes += bytes.length;
  }

  #say(isCut: boolean): void {
    this.#options.onProgress({ count: this.#count, bytes: this.#bytes, isCut });
  }
}
