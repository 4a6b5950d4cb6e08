import { createHash } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { EntryCutter } from '../core/activity/export-records.ts';
import { ActivityLogError } from '../errors.ts';
import { retryDelay } from '../live/retry-delay.ts';
import type { ExportOutput, ExportState, Placed } from './export-output.ts';
import type { ExportPart, ExportSource, ExportWish } from './export-source.ts';

/** Tries in a row that bring nothing: about a minute. */
const mostTries = 30;

/** One export from the command line: takes it from its source to its output, and goes on by itself where it is cut. */
export class ExportRun {
  count: number;
  readonly #wish: ExportWish;
  readonly #source: ExportSource;
  readonly #output: ExportOutput;
  readonly #say: (text: string) => void;
  #placed: (Omit<Placed, 'after'> & { after: string | undefined }) | undefined;

  constructor(
    wish: ExportWish,
    {
      source,
      output,
      state,
      say,
    }: { source: ExportSource; output: ExportOutput; state: ExportState | undefined; say: (text: string) => void },
  ) {
    this.#wish = wish;
    this.#source = source;
    this.#output = output;
    this.#say = say;
    this.#placed = state;
    this.count = state?.count ?? 0;
  }

  /** Where it began to be; known once something has come. */
  get moment(): { liveCursor: string; createdAt: Date } {
    const { liveCursor = '', createdAt = '' } = this.#placed ?? {};
    return { liveCursor, createdAt: new Date(createdAt) };
  }

  /** Resolves at the end, or when the signal is aborted. Throws where it is refused, or cut again and again. */
  async run(signal: AbortSignal): Promise<void> {
    for (let failures = 0; !signal.aborted; ) {
      const before = this.count;
      try {
        return await this.#part(signal);
      } catch (error) {
        if (signal.aborted) break;
        if (!(error instanceof ActivityLogError) || error.code !== 'UNAVAILABLE' || this.#placed === undefined)
          throw error;
        if (this.count > before) failures = 0;
        if (failures >= mostTries) throw error;
        if (failures === 0) this.#say(`${error.message} Going on where it was cut.`);
        await delay(retryDelay(failures), undefined, { signal }).catch(() => undefined);
        failures += 1;
      }
    }
    await this.#output.keep();
  }

  async #part(signal: AbortSignal): Promise<void> {
    const place = this.#placed && { ticket: this.#placed.ticket, after: this.#placed.after };
    const part = await this.#source.open(place, signal);
    const { ticket, liveCursor, createdAt } = part;
    const moment = { ticket, liveCursor, createdAt: createdAt.toISOString() };
    this.#placed ??= { ...moment, after: undefined, count: 0 };
    const cutter = new EntryCutter(this.#wish.format, this.#wish.formulas, place?.after !== undefined);
    const hash = createHash('sha256');
    for await (const chunk of part.chunks) {
      hash.update(chunk);
      const whole = cutter.take(chunk);
      if (whole !== undefined) {
        this.count += whole.count;
        const placed: Placed = { ...moment, after: whole.last, count: this.count };
        this.#placed = placed;
        await this.#output.write(whole.bytes, placed);
      }
      if (signal.aborted) return await this.#output.keep();
    }
    this.#check(part, hash.digest('hex'));
    const rest = cutter.rest();
    if (rest.length > 0) await this.#output.write(rest, undefined);
  }

  /** What came is what was sent. */
  #check(part: ExportPart, sha256: string): void {
    const totals = part.totals();
    if (totals === undefined || totals.sha256 === sha256) return;
    throw new ActivityLogError('INTERNAL', 'What came is not what the server sent: its SHA-256 is another one.');
  }
}
