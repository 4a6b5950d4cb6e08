import DataLoader from 'dataloader';
import type { Activity } from '../core/activity/activity.ts';
import type { ActivityLog } from '../core/activity/activity-log.ts';
import type { FeedEntry, Selection } from '../core/activity/feed.ts';
import type { LiveCursors } from '../core/activity/live-cursor.ts';
import type { Position } from '../core/activity/position.ts';
import { readScope, type Viewer } from '../core/activity/visibility.ts';
import { ActivityLogError } from '../errors.ts';
import type { Database } from '../storage/database.ts';
import type { Brand, BrandKey, Directory, Workspace } from '../storage/directory.ts';
import { findEntries } from '../storage/timeline.ts';

/** The parts of the process that resolvers work with; whoever wires the process hands them in. */
export interface Services {
  activityLog: ActivityLog;
  database: Database;
  directory: Directory;
  liveCursors: LiveCursors;
  /** The live feed: entries after a position, and then those that come, until the signal is aborted. */
  follow(
    selection: Selection,
    after: Position | undefined,
    signal: AbortSignal,
  ): AsyncGenerator<FeedEntry, void, undefined>;
}

/** What every resolver gets. A plain object: yoga copies its own properties. */
export interface GraphqlContext {
  readonly services: Services;
  /**
   * Who is asking.
   * @throws ActivityLogError UNAUTHENTICATED where nobody signed in: no data without a token, ever
   */
  readonly viewer: () => Viewer;
  /** Aborted when a subscription that rides on a plain HTTP answer has to end: its token did. */
  readonly ending: AbortSignal | undefined;
  readonly entries: DataLoader<string, Activity | undefined>;
  readonly workspaces: DataLoader<string, Workspace>;
  readonly brands: DataLoader<BrandKey, Brand>;
}

export function createContext(services: Services, signedIn: Viewer | undefined, ending?: AbortSignal): GraphqlContext {
  const viewer = (): Viewer => {
    if (signedIn === undefined) throw new ActivityLogError('UNAUTHENTICATED');
    return signedIn;
  };
  // Not cached: a subscription's context lives for hours, and names change.
  const options = { cache: false };
  return {
    services,
    viewer,
    ending,
    entries: new DataLoader(
      (ids) => findEntries(services.database, ids, (workspaceId) => readScope(viewer(), workspaceId)),
      options,
    ),
    workspaces: new DataLoader((ids) => services.directory.workspaces(ids), options),
    brands: new DataLoader((keys) => services.directory.brands(keys), options),
  };
}
