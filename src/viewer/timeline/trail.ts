import {
  type Activity,
  type ActivityFilter,
  type ActivityLogClient,
  ActivityLogClientError,
} from '../../client/client.ts';
import { insertEntries, isBehind } from './entry-order.ts';

/** connecting -> live <-> reconnecting; -> stopped, where trying again would not help. */
export type Connection = 'connecting' | 'live' | 'reconnecting' | 'stopped';

export interface TrailState {
  readonly phase: 'loading' | 'ready' | 'failed';
  /** Why it failed, or why the connection was stopped. */
  readonly failure: ActivityLogClientError | undefined;
  /** Newest first, without a gap from the newest one shown to the oldest one loaded. */
  readonly entries: readonly Activity[];
  /** The ids of those that have come in live. */
  readonly arrived: ReadonlySet<string>;
  /** How many have come in while the reader was elsewhere, and are not among `entries` yet. */
  readonly waiting: number;
  readonly older: 'none' | 'more' | 'loading' | 'failed';
  readonly connection: Connection;
}

export interface TrailOptions {
  client: Pick<ActivityLogClient, 'timeline' | 'subscribe'>;
  workspaceId: string;
  /** Which of the entries; all by default. */
  filter?: ActivityFilter | undefined;
  /** Called where the service takes the token no more, with its words. */
  onSignedOut(reason: string): void;
}

const pageSize = 50;
/** Entries that are held for a reader who is elsewhere. What comes on top is counted, and read again from the service. */
const mostWaiting = 1_000;
/** Entries that a page which stays at the top lets pile up below, before it begins again with the newest ones. */
const mostAtTheTop = 2_000;
/** Milliseconds that entries are gathered before they are shown together: a frame. */
const gathering = 16;

const initial: TrailState = {
  phase: 'loading',
  failure: undefined,
  entries: [],
  arrived: new Set(),
  waiting: 0,
  older: 'none',
  connection: 'connecting',
};

/** The entries of a workspace as a page shows them: read in pages from the newest on, and followed live from there. */
export class Trail {
  readonly #options: TrailOptions;
  readonly #listeners = new Set<() => void>();
  readonly #followers = new Set<(entries: readonly Activity[]) => void>();
  #state = initial;
  /** Ends what has begun with the first page that is shown. */
  #run = new AbortController();
  #endCursor: string | null = null;
  #gathered: Activity[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;
  #waiting: Activity[] = [];
  /** Came in behind the oldest one loaded, while the page was read that they may be in or not. */
  #behind: Activity[] = [];
  #isHeld = false;

  constructor(options: TrailOptions) {
    this.#options = options;
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

  /** Reads the newest entries and follows from there. What is shown stays until they are there. */
  async begin(): Promise<void> {
    if (this.#state.phase === 'ready') for (const follow of this.#followers) follow([]);
    this.#end();
    const run = new AbortController();
    this.#run = run;
    if (this.#state.phase === 'failed') this.#become({ phase: 'loading', failure: undefined });
    this.#become({ connection: 'connecting' });
    const { client, workspaceId, filter } = this.#options;
    try {
      const { activities, pageInfo, liveCursor } = await client.timeline({ workspaceId, filter, first: pageSize });
      if (run.signal.aborted) return;
      this.#endCursor = pageInfo.endCursor;
      this.#become({ ...initial, phase: 'ready', entries: activities, older: pageInfo.hasNextPage ? 'more' : 'none' });
      await this.#follow(liveCursor, run.signal);
    } catch (error) {
      if (run.signal.aborted) return;
      if (error instanceof ActivityLogClientError && error.code === 'LIVE_CURSOR_EXPIRED') return await this.begin();
      const isShown = this.#state.phase === 'ready';
      this.#fail(error, { phase: isShown ? 'ready' : 'failed', connection: 'stopped' });
    }
  }

  /** Reads the next page of older entries, where there are some and none is being read. */
  async loadOlder(): Promise<void> {
    const { older } = this.#state;
    if ((older !== 'more' && older !== 'failed') || this.#endCursor === null) return;
    const { signal } = this.#run;
    const { client, workspaceId, filter } = this.#options;
    this.#become({ older: 'loading' });
    try {
      const after = this.#endCursor;
      const { activities, pageInfo } = await client.timeline({ workspaceId, filter, first: pageSize, after });
      if (signal.aborted) return;
      this.#endCursor = pageInfo.endCursor ?? after;
      const known = new Set(this.#state.entries.map(({ id }) => id));
      const entries = [...this.#state.entries, ...activities.filter(({ id }) => !known.has(id))];
      this.#become({ entries, older: pageInfo.hasNextPage ? 'more' : 'none' });
      this.#insert(this.#behind.splice(0));
    } catch (error) {
      if (!signal.aborted) this.#fail(error, { older: 'failed' });
    }
  }

  /** True while the reader is elsewhere than at the top: what comes in waits, so that nothing moves. */
  hold(isHeld: boolean): void {
    this.#isHeld = isHeld;
    if (!isHeld) this.showWaiting();
  }

  /** Shows what has been waiting. */
  showWaiting(): void {
    if (this.#state.waiting > this.#waiting.length) return void this.begin();
    if (this.#waiting.length > 0) this.#show(this.#waiting.splice(0));
  }

  /** Ends it: nothing is called any more. `begin()` takes it up again. */
  close(): void {
    this.#end();
  }

  async #follow(after: string, signal: AbortSignal): Promise<void> {
    const { client, workspaceId, filter } = this.#options;
    const onConnect = () => this.#become({ connection: 'live' });
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
    if (!this.#isHeld) {
      this.#show(gathered);
      return;
    }
    this.#waiting.push(...gathered.slice(0, mostWaiting - this.#waiting.length));
    this.#become({ waiting: this.#state.waiting + gathered.length });
  }

  #show(entries: readonly Activity[]): void {
    this.#become({ waiting: 0 });
    this.#insert(entries);
    if (!this.#isHeld && this.#state.entries.length > mostAtTheTop) void this.begin();
  }

  #insert(entries: readonly Activity[]): void {
    if (entries.length === 0) return;
    const { older, entries: shown } = this.#state;
    const oldest = shown.at(-1);
    // They come with the page that they are in, unless that is being read: then they are looked at again when it is there.
    const isLater = (entry: Activity) => older !== 'none' && oldest !== undefined && isBehind(entry, oldest);
    if (older === 'loading') this.#behind.push(...entries.filter(isLater));
    const now = entries.filter((entry) => !isLater(entry));
    this.#become({
      entries: insertEntries(shown, now),
      arrived: new Set([...this.#state.arrived, ...now.map(({ id }) => id)]),
    });
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
    this.#behind = [];
  }

  #become(change: Partial<TrailState>): void {
    this.#state = { ...this.#state, ...change };
    for (const listener of this.#listeners) listener();
  }
}
