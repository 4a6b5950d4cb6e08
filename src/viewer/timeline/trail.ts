import { type Activity, type ActivityLogClient, ActivityLogClientError } from '../../client/client.ts';
import { insertEntries } from './entry-order.ts';
import { PageReader, type PageReaderOptions } from './page-reader.ts';
import { belongsTo, extend, letGo, nothing, placeIn, type Side, type Stretch } from './stretch.ts';
import { type Beyond, beginning, type TrailState } from './trail-state.ts';

export interface TrailOptions extends PageReaderOptions {
  client: Pick<ActivityLogClient, 'timeline' | 'subscribe'>;
  /** Entries that are held at once, 3,000 by default: what is far from the reader is let go, and read again when it is scrolled to. */
  mostHeld?: number | undefined;
  /** Called where the service takes the token no more, with its words. */
  onSignedOut(reason: string): void;
}

/** Entries that wait for a reader who is elsewhere. Of what comes on top only the number is kept; it is read again from the service. */
const mostWaiting = 1_000;
/** Entries that are held at once, where nothing else is said. */
const usuallyHeld = 3_000;
/** Milliseconds that entries are gathered before they are shown together: a frame. */
const gathering = 16;

/**
 * The entries of a workspace as a page shows them: read in pages from the newest one or from a moment on, both ways, and
 * followed live.
 */
export class Trail {
  readonly #options: TrailOptions;
  readonly #listeners = new Set<() => void>();
  readonly #followers = new Set<(entries: readonly Activity[]) => void>();
  readonly #pages: PageReader;
  #state = beginning;
  /** Ends what has begun with the first page that is shown. */
  #run = new AbortController();
  /** The moment that it begins at; undefined for now. */
  #at: string | undefined;
  #stretch = nothing;
  #gathered: Activity[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;
  #waiting: Activity[] = [];
  /** Came in beyond a side, while a page was read that they may be in or not. */
  #unsure: Activity[] = [];
  #isHeld = false;
  #isClosed = false;
  /** True where more came in during a pause than waits: some of it may belong between the entries that are shown. */
  #isIncomplete = false;

  constructor(options: TrailOptions) {
    this.#options = options;
    this.#pages = new PageReader(options);
  }

  get state(): TrailState {
    return this.#state;
  }

  /** Calls when `state` is another one. Returns what ends that. */
  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  };

  /**
   * Calls with what comes in live, wherever the reader is; with nothing where it begins anew, and some may have been missed.
   * Returns what ends that.
   */
  readonly onArrivals = (follow: (entries: readonly Activity[]) => void): (() => void) => {
    this.#followers.add(follow);
    return () => void this.#followers.delete(follow);
  };

  /**
   * Goes to a moment, ISO 8601, or to now: reads nothing where that is shown already.
   * @param at entries up to it come first; one that is no moment is taken for now
   */
  async goTo(at: string | undefined): Promise<void> {
    this.#at = Number.isNaN(Date.parse(at ?? '')) ? undefined : at;
    const { phase, connection } = this.#state;
    const isThere = phase === 'ready' && connection !== 'stopped' && !this.#stretch.hasNewer && !this.#isIncomplete;
    if (this.#at !== undefined || !isThere || this.#isClosed) return await this.begin();
    this.#become({ at: undefined });
    if (!this.#state.isPaused) this.#show(this.#waiting.splice(0));
  }

  /** Reads where it last went to, the newest entries by default, and follows from there. What is shown stays until they are there. */
  async begin(): Promise<void> {
    if (this.#state.phase === 'ready') for (const follow of this.#followers) follow([]);
    this.#end();
    this.#isClosed = false;
    const run = new AbortController();
    this.#run = run;
    if (this.#state.phase === 'failed') this.#become({ phase: 'loading', failure: undefined });
    this.#become({ connection: 'connecting' });
    const at = this.#at;
    const { isPaused, beginnings } = this.#state;
    try {
      const { stretch, liveCursor } = await this.#pages.first(at);
      if (run.signal.aborted) return;
      this.#state = { ...beginning, phase: 'ready', isPaused, at, beginnings: beginnings + 1 };
      this.#stand(stretch);
      await this.#follow(liveCursor, run.signal);
    } catch (error) {
      if (run.signal.aborted) return;
      if (error instanceof ActivityLogClientError && error.code === 'LIVE_CURSOR_EXPIRED') return await this.begin();
      const isShown = this.#state.phase === 'ready';
      this.#fail(error, { phase: isShown ? 'ready' : 'failed', connection: 'stopped' });
    }
  }

  /** Reads the next page of older entries, where there are some and none is being read. */
  readonly loadOlder = (): Promise<void> => this.#load('older');

  /** Reads the next page of newer entries, where there are some and none is being read. */
  readonly loadNewer = (): Promise<void> => this.#load('newer');

  /** True while the reader is elsewhere than at the top: what comes in waits, so that nothing moves. */
  hold(isHeld: boolean): void {
    if (this.#isHeld === isHeld) return;
    this.#isHeld = isHeld;
    this.#release();
  }

  /** Shows nothing of what comes in; pages are read when they are scrolled to. */
  pause(): void {
    this.#become({ isPaused: true });
  }

  /** Shows what came in during the pause, and goes on. */
  resume(): void {
    this.#become({ isPaused: false });
    if (this.#isIncomplete) void this.begin();
    else this.#release();
  }

  /** Ends it: nothing is called any more. `begin()` takes it up again. */
  close(): void {
    this.#isClosed = true;
    this.#end();
  }

  async #load(side: Side): Promise<void> {
    const { newer, older, [side]: beyond, beginnings } = this.#state;
    // One after the other: a page that was let go meanwhile would leave a gap.
    if (newer === 'loading' || older === 'loading' || beyond === 'none') return;
    const { mostHeld = usuallyHeld } = this.#options;
    this.#become({ [side]: 'loading' });
    try {
      const page = await this.#pages.beyond(side, this.#stretch);
      if (this.#hasLeft(beginnings)) return;
      const extended = extend(this.#stretch, side, page);
      const unsure = this.#unsure.splice(0).filter((entry) => belongsTo(extended, entry));
      const whole = { ...extended, entries: insertEntries(extended.entries, unsure) };
      this.#stand(letGo(whole, side === 'older' ? 'newer' : 'older', mostHeld));
    } catch (error) {
      if (!this.#hasLeft(beginnings)) this.#fail(error, { [side]: 'failed' });
    }
  }

  /** True where a page that was asked for belongs to nothing that is shown any more. */
  #hasLeft(beginnings: number): boolean {
    return beginnings !== this.#state.beginnings || this.#isClosed;
  }

  /** Stands there from now on. What waits goes on waiting where it is not shown now, and is not to be read with a page. */
  #stand(stretch: Stretch): void {
    const before = this.#stretch;
    this.#stretch = stretch;
    const shown = new Set(stretch.entries.map(({ id }) => id));
    this.#waiting = this.#waiting.filter((entry) => !shown.has(entry.id) && belongsTo(stretch, entry));
    const { arrived, waiting } = this.#state;
    const hasCaughtUp = before.hasNewer && !stretch.hasNewer;
    this.#become({
      entries: stretch.entries,
      arrived: new Set([...arrived].filter((id) => shown.has(id))),
      waiting: hasCaughtUp ? this.#waiting.length : waiting,
      newer: stretch.hasNewer ? 'more' : 'none',
      older: stretch.hasOlder ? 'more' : 'none',
    });
  }

  async #follow(after: string, signal: AbortSignal): Promise<void> {
    const { client, workspaceId, filter } = this.#options;
    const again = (beyond: Beyond) => (beyond === 'failed' ? 'more' : beyond);
    const onConnect = () => {
      const { newer, older } = this.#state;
      this.#become({ connection: 'live', newer: again(newer), older: again(older) });
    };
    const onRetry = () => this.#become({ connection: 'reconnecting' });
    for await (const { activity } of client.subscribe({ workspaceId, filter, after, signal, onConnect, onRetry })) {
      this.#gathered.push(activity);
      this.#timer ??= setTimeout(() => this.#take(), gathering);
    }
  }

  #take(): void {
    this.#timer = undefined;
    const gathered = this.#gathered.splice(0);
    for (const follow of this.#followers) follow(gathered);
    const known = new Set(this.#stretch.entries.map(({ id }) => id));
    const { isPaused, newer, older } = this.#state;
    const shown: Activity[] = [];
    let waiting = 0;
    for (const entry of gathered) {
      if (known.has(entry.id)) continue;
      const isAhead = placeIn(this.#stretch, entry) === 'ahead';
      if (!belongsTo(this.#stretch, entry)) {
        // It comes with the page that it is in, unless that is being read: then it is looked at again when the page is there.
        if (newer === 'loading' || older === 'loading') this.#unsure.push(entry);
        if (isAhead) waiting += 1;
      } else if (isPaused || (isAhead && this.#isHeld)) {
        this.#waiting.push(entry);
        waiting += 1;
      } else shown.push(entry);
    }
    if (waiting > 0) this.#become({ waiting: this.#state.waiting + waiting });
    if (this.#waiting.length > mostWaiting) this.#overflow();
    this.#show(shown);
  }

  /** Lets go what waits: it is read with pages. */
  #overflow(): void {
    this.#waiting = [];
    if (this.#state.isPaused) {
      this.#isIncomplete = true;
      return;
    }
    this.#stretch = { ...this.#stretch, hasNewer: true };
    this.#become({ newer: 'more' });
  }

  /** Shows what has no reason to wait any more. */
  #release(): void {
    if (this.#state.isPaused) return;
    const isToWait = (entry: Activity) => this.#isHeld && placeIn(this.#stretch, entry) === 'ahead';
    const shown = this.#waiting.filter((entry) => !isToWait(entry));
    this.#waiting = this.#waiting.filter(isToWait);
    this.#show(shown);
  }

  #show(entries: readonly Activity[]): void {
    if (entries.length === 0) return;
    const before = this.#stretch;
    this.#stretch = { ...before, entries: insertEntries(before.entries, entries) };
    const { arrived, waiting } = this.#state;
    this.#become({
      entries: this.#stretch.entries,
      arrived: new Set([...arrived, ...entries.map(({ id }) => id)]),
      waiting: before.hasNewer ? waiting : this.#waiting.length,
    });
    const { mostHeld = usuallyHeld } = this.#options;
    if (!this.#isHeld && !before.hasNewer && this.#stretch.entries.length > mostHeld) void this.#letGoBelow();
  }

  /** Lets go what has piled up under a reader who stays at the top: all behind the newest page. It follows on meanwhile. */
  async #letGoBelow(): Promise<void> {
    const { newer, older, beginnings } = this.#state;
    if (newer === 'loading' || older === 'loading') return;
    this.#become({ older: 'loading' });
    // Where the page cannot be had, or the reader has gone down meanwhile, everything stays.
    const newest = await this.#pages.first(undefined).catch(() => undefined);
    if (this.#hasLeft(beginnings)) return;
    const unsure = this.#unsure.splice(0);
    if (newest === undefined || this.#isHeld) {
      this.#become({ older });
      return;
    }
    const { stretch } = newest;
    const later = [...this.#stretch.entries, ...unsure].filter((entry) => belongsTo(stretch, entry));
    this.#stand({ ...stretch, entries: insertEntries(stretch.entries, later) });
  }

  #fail(error: unknown, change: Partial<TrailState>): void {
    if (!(error instanceof ActivityLogClientError)) throw error;
    this.#become({ ...change, failure: error });
    if (error.code === 'UNAUTHENTICATED') this.#options.onSignedOut(error.message);
  }

  #end(): void {
    this.#run.abort();
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#gathered = [];
    this.#waiting = [];
    this.#unsure = [];
    this.#isIncomplete = false;
  }

  #become(change: Partial<TrailState>): void {
    this.#state = { ...this.#state, ...change };
    for (const listener of this.#listeners) listener();
  }
}
