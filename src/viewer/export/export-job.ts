import type { ActivityLogClient } from '../../client/client.ts';
import { checkReceived } from './check-received.ts';
import { type ExportOrder, type ExportProgress, ExportReceipt, type ReceivedExport } from './export-receipt.ts';
import { downloadFrom, type ExportTarget, TooLargeForPage } from './export-target.ts';

/** running <-> failed; running -> checking -> done; running -> tooLarge -> running -> handedOver; any -> cancelled. */
export type ExportPhase = 'running' | 'failed' | 'checking' | 'done' | 'tooLarge' | 'handedOver' | 'cancelled';

/** Whether what was received is what the service gave; `unknown` where that could not be found out. */
export type ExportCheck = 'same' | 'other' | 'unknown';

export interface ExportJobState {
  readonly phase: ExportPhase;
  readonly progress: ExportProgress;
  /** Entries a second, since it began or was taken up again; undefined in the first second. */
  readonly rate: number | undefined;
  /** Why it failed. */
  readonly failure: unknown;
  readonly received: ReceivedExport | undefined;
  readonly check: ExportCheck | undefined;
}

export interface ExportJobOptions {
  client: Pick<ActivityLogClient, 'exportLink'>;
  order: ExportOrder;
  target: ExportTarget;
  pauses?: readonly number[];
}

/** Milliseconds between two pictures of a progress. */
const interval = 100;

/** One export from beginning to end, and what there is to say of it meanwhile. */
export class ExportJob {
  readonly order: ExportOrder;
  readonly #options: ExportJobOptions;
  readonly #receipt: ExportReceipt;
  readonly #leaving = new AbortController();
  readonly #listeners = new Set<() => void>();
  #state: ExportJobState = {
    ...{ phase: 'running', progress: { count: 0, bytes: 0, isCut: false } },
    ...{ rate: undefined, failure: undefined, received: undefined, check: undefined },
  };
  #since = { moment: 0, count: 0 };
  #shown = 0;
  /** What was begun last, to be begun again. */
  #begun: () => Promise<void> = () => this.run();

  constructor(options: ExportJobOptions) {
    this.#options = options;
    this.order = options.order;
    this.#receipt = new ExportReceipt({
      ...options,
      write: options.target.write,
      onProgress: (now) => this.#show(now),
    });
  }

  get state(): ExportJobState {
    return this.#state;
  }

  /** Calls when `state` is another one. Returns what ends that. */
  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  };

  /** Receives it; where it has failed, from there on. Never throws. */
  async run(): Promise<void> {
    const { target } = this.#options;
    this.#begun = () => this.run();
    await this.#try(async (signal) => {
      const received = await this.#receipt.run(signal);
      await target.finish();
      const { count, bytes } = received;
      this.#become({ phase: 'checking', received, progress: { count, bytes, isCut: false } });
      await this.#check(received, signal);
    });
  }

  /** Lets the browser download it by itself, whatever its size: the same moment where it has begun. Never throws. */
  async handOver(): Promise<void> {
    const { client, order } = this.#options;
    this.#begun = () => this.handOver();
    await this.#try(async (signal) => {
      const { url } = await client.exportLink({ ...order, export: this.#receipt.ticket }, signal);
      downloadFrom(url.href);
      this.#become({ phase: 'handedOver' });
    });
  }

  /** What has failed, once more. */
  async again(): Promise<void> {
    await this.#begun();
  }

  /** Ends it, and leaves nothing of it; while it is checked, only the check. */
  async cancel(): Promise<void> {
    this.#leaving.abort();
    const { phase } = this.#state;
    if (phase === 'checking') return this.#become({ phase: 'done', check: 'unknown' });
    if (phase !== 'running' && phase !== 'failed') return;
    this.#become({ phase: 'cancelled' });
    await this.#options.target.discard();
  }

  async #try(work: (signal: AbortSignal) => Promise<void>): Promise<void> {
    const { signal } = this.#leaving;
    this.#since = { moment: performance.now(), count: this.#state.progress.count };
    this.#become({ phase: 'running', failure: undefined, rate: undefined });
    try {
      await work(signal);
    } catch (failure) {
      if (signal.aborted) return;
      if (failure instanceof TooLargeForPage) {
        await this.#options.target.discard();
        this.#become({ phase: 'tooLarge' });
      } else this.#become({ phase: 'failed', failure });
    }
  }

  async #check(received: ReceivedExport, signal: AbortSignal): Promise<void> {
    const { client, order } = this.#options;
    const check = await checkReceived(client, order, received, signal).catch(() => 'unknown' as const);
    if (!signal.aborted) this.#become({ phase: 'done', check });
  }

  #show(progress: ExportProgress): void {
    const now = performance.now();
    if (now - this.#shown < interval && progress.isCut === this.#state.progress.isCut) return;
    this.#shown = now;
    const seconds = (now - this.#since.moment) / 1000;
    const rate = seconds < 1 ? undefined : (progress.count - this.#since.count) / seconds;
    this.#become({ progress, rate });
  }

  #become(change: Partial<ExportJobState>): void {
    this.#state = { ...this.#state, ...change };
    for (const listener of this.#listeners) listener();
  }
}
