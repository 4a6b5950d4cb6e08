import {
  LegalHoldPlaceDocument,
  LegalHoldReleaseDocument,
  RetentionDocument,
  RetentionPolicyRemoveDocument,
  RetentionPolicySetDocument,
} from '../client/generated/graphql.ts';
import { readConfig } from '../config.ts';
import { checkHold, type HoldTarget, type LegalHold } from '../core/activity/legal-hold.ts';
import {
  acceptPolicy,
  decidingOrder,
  everyWorkspace,
  type RetentionConditions,
  type RetentionPolicy,
} from '../core/activity/retention.ts';
import { commandLine } from '../core/activity/settings-entries.ts';
import { createLogger } from '../log.ts';
import { connectDatabase } from '../storage/connect.ts';
import type { Database } from '../storage/database.ts';
import { migrate } from '../storage/migrate.ts';
import {
  placeHold,
  readHolds,
  readPolicies,
  releaseHold,
  removePolicy,
  setPolicy,
} from '../storage/retention-rules.ts';
import { openRemote, type RemoteOptions, toCommandError } from './remote.ts';

/** A hold as it is shown, whichever road it came by. */
export type ShownHold = Pick<
  LegalHold,
  'id' | 'brandId' | 'entityType' | 'entityId' | 'actorUserId' | 'actorLabel' | 'reason' | 'placedBy'
> & { releasedBy: string | null };

/** Where rules of retention are read and changed. */
export interface RetentionTarget {
  rules(workspaceId: string, released: boolean): Promise<{ policies: RetentionPolicy[]; holds: ShownHold[] }>;
  setPolicy(workspaceId: string, policy: RetentionConditions & { days: number | null }): Promise<RetentionPolicy>;
  /** Undefined where there is none. */
  removePolicy(workspaceId: string, id: string): Promise<RetentionPolicy | undefined>;
  placeHold(target: HoldTarget, reason: string): Promise<ShownHold>;
  /** Undefined where there is none. */
  releaseHold(workspaceId: string, id: string): Promise<ShownHold | undefined>;
  close(): Promise<void>;
}

/** The server that the options name. */
function openServer(options: RemoteOptions): RetentionTarget | undefined {
  const client = openRemote(options);
  if (client === undefined) return undefined;
  const request: typeof client.request = async (document, variables) => {
    try {
      return await client.request(document, variables);
    } catch (error) {
      throw toCommandError(error);
    }
  };
  return {
    rules: async (workspaceId, released) => (await request(RetentionDocument, { workspaceId, released })).retention,
    setPolicy: async (workspaceId, { visibilities, severities, eventKeys, days }) => {
      const copy = <T>(values: readonly T[] | null) => values && [...values];
      const conditions = { visibilities: copy(visibilities), severities: copy(severities), eventKeys: copy(eventKeys) };
      const input = { workspaceId, ...conditions, days };
      return (await request(RetentionPolicySetDocument, { input })).retentionPolicySet.policy;
    },
    removePolicy: async (workspaceId, id) =>
      (await request(RetentionPolicyRemoveDocument, { workspaceId, id })).retentionPolicyRemove.policy,
    placeHold: async (target, reason) =>
      (await request(LegalHoldPlaceDocument, { input: { ...target, reason } })).legalHoldPlace.hold,
    releaseHold: async (workspaceId, id) =>
      (await request(LegalHoldReleaseDocument, { workspaceId, id })).legalHoldRelease.hold,
    close: () => client.close(),
  };
}

/** The database of the environment, migrated. The caller closes it. */
export async function openMigrated(): Promise<Database> {
  const config = readConfig();
  const database = await connectDatabase({ ...config, logger: createLogger(config.logLevel) });
  try {
    await migrate(database);
  } catch (error) {
    await database.close();
    throw error;
  }
  return database;
}

/** Opens what the options name: a server, or the database of the environment. */
export async function openRetentionTarget(options: RemoteOptions): Promise<RetentionTarget> {
  const server = openServer(options);
  if (server !== undefined) return server;
  const database = await openMigrated();
  return {
    rules: async (workspaceId, released) => ({
      policies: decidingOrder(await readPolicies(database, [workspaceId, everyWorkspace])),
      holds: await readHolds(database, workspaceId, released),
    }),
    setPolicy: (workspaceId, policy) => setPolicy(database, workspaceId, acceptPolicy(policy), commandLine),
    removePolicy: (workspaceId, id) => removePolicy(database, workspaceId, id, commandLine),
    placeHold: async (target, reason) => {
      checkHold({ ...target, reason });
      return await placeHold(database, target, reason, commandLine);
    },
    releaseHold: (workspaceId, id) => releaseHold(database, workspaceId, id, commandLine),
    close: () => database.close(),
  };
}
