import DataLoader from 'dataloader';
import type { ShownActivity } from '../core/activity/activity.ts';
import type { ActivityLog } from '../core/activity/activity-log.ts';
import type { ExportSeals } from '../core/activity/export-ticket.ts';
import type { LiveCursors } from '../core/activity/live-cursor.ts';
import { type ReadScope, readScope, type Viewer } from '../core/activity/visibility.ts';
import { ActivityLogError } from '../errors.ts';
import type { Live } from '../live/subscription.ts';
import type { RequestScope } from '../log.ts';
import type { Database } from '../storage/database.ts';
import type { Brand, BrandKey, Directory, Workspace } from '../storage/directory.ts';
import { type BrandInScope, haveBrandEntries, haveEntries } from '../storage/presence.ts';
import { findEntries } from '../storage/timeline.ts';
import type { WrittenPages } from './written-pages.ts';

/** The parts of the process that resolvers work with; whoever wires the process hands them in. */
export interface Services {
  activityLog: ActivityLog;
  database: Database;
  directory: Directory;
  liveCursors: LiveCursors;
  /** What seals the links and tickets of exports. */
  exportSeals: ExportSeals;
  /** The live feed. */
  live: Live;
}

/** What every resolver gets. A plain object: yoga copies its own properties. */
export interface GraphqlContext {
  readonly services: Services;
  /**
   * Who is asking.
   * @throws ActivityLogError UNAUTHENTICATED where nobody signed in: no data without a token, ever
   */
  readonly viewer: () => Viewer;
  readonly entries: DataLoader<string, ShownActivity | undefined>;
  readonly workspaces: DataLoader<string, Workspace>;
  readonly brands: DataLoader<BrandKey, Brand>;
  /** Whether a scope may see any entry of its workspace. */
  readonly presence: DataLoader<ReadScope, boolean>;
  /** Whether a scope may see any entry of a brand. */
  readonly brandPresence: DataLoader<BrandInScope, boolean>;
  /** Of the request, for what is logged about it. */
  readonly scope?: RequestScope | undefined;
  /** There where pages may write themselves into the answer. */
  pages?: WrittenPages | undefined;
  /** `known`: the operation does not cost too much, and need not be looked at; `checked`: it was looked at. */
  cost?: 'known' | 'checked';
}

/** The context of one request. */
export function createContext(
  services: Services,
  signedIn: Viewer | undefined,
  scope?: RequestScope | undefined,
): GraphqlContext {
  const viewer = () => {
    if (signedIn === undefined) throw new ActivityLogError('UNAUTHENTICATED');
    return signedIn;
  };
  return contextOf(services, viewer, scope);
}

/** The context of executions that many viewers share: a field that asks for one of them fails. */
export function createSharedContext(services: Services): GraphqlContext {
  return contextOf(services, () => {
    throw new Error('a field that is marked as shared depends on the viewer');
  });
}

/** With loaders that are made when somebody asks for them: most operations ask for none. */
function contextOf(services: Services, viewer: () => Viewer, scope?: RequestScope | undefined): GraphqlContext {
  // Not cached: a subscription's context lives for hours, and names change.
  const options = { cache: false };
  let entries: GraphqlContext['entries'] | undefined;
  let workspaces: GraphqlContext['workspaces'] | undefined;
  let brands: GraphqlContext['brands'] | undefined;
  let presence: GraphqlContext['presence'] | undefined;
  let brandPresence: GraphqlContext['brandPresence'] | undefined;
  return {
    services,
    scope,
    viewer,
    get entries() {
      entries ??= new DataLoader(
        (ids) => findEntries(services.database, ids, (workspaceId) => readScope(viewer(), workspaceId)),
        options,
      );
      return entries;
    },
    get workspaces() {
      workspaces ??= new DataLoader((ids) => services.directory.workspaces(ids), options);
      return workspaces;
    },
    get brands() {
      brands ??= new DataLoader((keys) => services.directory.brands(keys), options);
      return brands;
    },
    get presence() {
      presence ??= new DataLoader((scopes) => haveEntries(services.database, scopes), options);
      return presence;
    },
    get brandPresence() {
      brandPresence ??= new DataLoader((brands) => haveBrandEntries(services.database, brands), options);
      return brandPresence;
    },
  };
}
