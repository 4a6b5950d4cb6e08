import type { Activity, ActivityLogClientError } from '../../client/client.ts';

/** connecting -> live <-> reconnecting; -> stopped, where trying again would not help. */
export type Connection = 'connecting' | 'live' | 'reconnecting' | 'stopped';

/** What is known of the entries beyond one side of those that are shown. */
export type Beyond = 'none' | 'more' | 'loading' | 'failed';

export interface TrailState {
  readonly phase: 'loading' | 'ready' | 'failed';
  /** How often it has begun with a first page: what is shown then has nothing to do with what was shown before. */
  readonly beginnings: number;
  /** The moment that it has begun at, as it was given; undefined for now. */
  readonly at: string | undefined;
  /** Why it failed, or why the connection was stopped. */
  readonly failure: ActivityLogClientError | undefined;
  /** Newest first, without a gap from the newest one shown to the oldest one. */
  readonly entries: readonly Activity[];
  /** The ids of those that have come in live. */
  readonly arrived: ReadonlySet<string>;
  /** How many have come in that are not among `entries` yet. */
  readonly waiting: number;
  /** `none`: the newest entry is shown, or is among those that wait. */
  readonly newer: Beyond;
  readonly older: Beyond;
  readonly connection: Connection;
  /** True where nothing that comes in is shown until the reader goes on. */
  readonly isPaused: boolean;
}

export const beginning: TrailState = {
  phase: 'loading',
  beginnings: 0,
  at: undefined,
  failure: undefined,
  entries: [],
  arrived: new Set(),
  waiting: 0,
  newer: 'none',
  older: 'none',
  connection: 'connecting',
  isPaused: false,
};
