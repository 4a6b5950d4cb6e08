import { type Activity, ActivityLogClientError } from '../../client/client.ts';
import { addEntries, type Figures } from './figures.ts';
import { type FiguresRequest, readFigures } from './read-figures.ts';

export interface FiguresState {
  /** Undefined until they are there for the first time. */
  readonly figures: Figures | undefined;
  /** True while `figures` are those of what was looked at before. */
  readonly isOutdated: boolean;
  /** Why they could not be read; `figures` are the last ones then. */
  readonly failure: ActivityLogClientError | undefined;
}

export interface FiguresReaderOptions extends Omit<FiguresRequest, 'signal'> {
  /** What is shown until there is something else. */
  before?: Figures | undefined;
  /** Milliseconds between two readings while entries come in; 15,000 by default. */
  pause?: number | undefined;
}

/** The figures of what is looked at: read, raised at once by what comes in, and read again from time to time while it does. */
export class FiguresReader {
  readonly #options: FiguresReaderOptions;
  readonly #listeners = new Set<() => void>();
  #state: FiguresState;
  #run = new AbortController();
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** Came in since the last reading began: it may know them or not. */
  #during: Activity[] = [];
  #isReading = false;

  constructor(options: FiguresReaderOptions) {
    this.#options = options;
    this.#state = { figures: options.before, isOutdated: options.before !== undefined, failure: undefined };
  }

  get state(): FiguresState {
    return this.#state;
  }

  /** Calls when `state` is another one. Returns what ends that. */
  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  };

  /** Reads them now. What is shown stays until they are there. */
  async read(): Promise<void> {
    this.close();
    const run = new AbortController();
    this.#run = run;
    this.#during = [];
    this.#isReading = true;
    try {
      const figures = await readFigures({ ...this.#options, signal: run.signal });
      if (run.signal.aborted) return;
      this.#isReading = false;
      this.#become({ figures: addEntries(figures, this.#during), isOutdated: false, failure: undefined });
      // Read again, since some of them may be counted twice.
      if (this.#during.length > 0) this.#readLater();
    } catch (error) {
      if (run.signal.aborted) return;
      this.#isReading = false;
      if (!(error instanceof ActivityLogClientError)) throw error;
      this.#become({ ...this.#state, failure: error });
    }
  }

  /** Takes what has come in live; nothing stands for what may have been missed. */
  take(entries: readonly Activity[]): void {
    if (this.#isReading) this.#during.push(...entries);
    else this.#readLater();
    const { figures, isOutdated } = this.#state;
    if (figures === undefined || isOutdated || entries.length === 0) return;
    this.#become({ ...this.#state, figures: addEntries(figures, entries) });
  }

  /** Ends it: nothing is asked any more. `read()` takes it up again. */
  close(): void {
    this.#run.abort();
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #readLater(): void {
    this.#timer ??= setTimeout(() => void this.read(), this.#options.pause ?? 15_000);
  }

  #become(state: FiguresState): void {
    this.#state = state;
    for (const listener of this.#listeners) listener();
  }
}
