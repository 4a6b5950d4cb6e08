/** The entries by which the trail tells of its own rules: who changed them, to what, and what was deleted by them. */
import type { ActivityInput } from './activity.ts';
import type { LegalHold } from './legal-hold.ts';
import type { RetentionPolicy } from './retention.ts';
import type { Viewer } from './visibility.ts';

/** Who does something to the trail itself. */
export interface Actor extends Pick<ActivityInput, 'actorType' | 'actorUserId' | 'actorLabel'> {
  /** As it is kept beside what was done. */
  name: string;
}

/** Whoever asks by the API. */
export const viewerAsActor = ({ subject }: Viewer): Actor => ({
  name: subject,
  actorType: 'USER',
  actorUserId: subject,
});

/** Whoever has the database at hand. */
export const commandLine: Actor = {
  name: 'activity-log',
  actorType: 'SYSTEM',
  actorLabel: 'activity-log command line',
};

/** The service, of its own accord. */
export const service: Actor = { name: 'activity-log', actorType: 'SYSTEM', actorLabel: 'activity-log' };

type Subject = Pick<ActivityInput, 'workspaceId' | 'entityId' | 'eventKey' | 'message' | 'payload' | 'visibility'>;

const settingsEntry = ({ actorType, actorUserId, actorLabel }: Actor, subject: Subject): ActivityInput => ({
  ...subject,
  entityType: 'SETTINGS',
  actorType,
  actorUserId,
  actorLabel,
});

const duration = (days: number | null): string =>
  days === null ? 'for good' : `for ${days} day${days === 1 ? '' : 's'}`;

const details = ({ visibilities, severities, eventKeys, days }: RetentionPolicy) => ({
  ...(visibilities && { visibilities }),
  ...(severities && { severities }),
  ...(eventKeys && { eventKeys }),
  days,
});

export const policySet = (policy: RetentionPolicy, before: RetentionPolicy | undefined, by: Actor): ActivityInput =>
  settingsEntry(by, {
    workspaceId: policy.workspaceId,
    entityId: policy.id,
    eventKey: 'settings.retention_policy_set',
    message: `Retention policy set: entries are kept ${duration(policy.days)}`,
    payload: { policy: details(policy), ...(before && { before: details(before) }) },
  });

export const policyRemoved = (policy: RetentionPolicy, by: Actor): ActivityInput =>
  settingsEntry(by, {
    workspaceId: policy.workspaceId,
    entityId: policy.id,
    eventKey: 'settings.retention_policy_removed',
    message: `Retention policy removed: entries were kept ${duration(policy.days)}`,
    payload: { policy: details(policy) },
  });

/** A hold may be on what people of the workspace did: only operators read of it. */
const holdEntry = (hold: LegalHold, eventKey: string, message: string, by: Actor): ActivityInput => {
  const { workspaceId, id, brandId, entityType, entityId, actorUserId, actorLabel, reason } = hold;
  const target = { brandId, entityType, entityId, actorUserId, actorLabel };
  const on = Object.fromEntries(Object.entries(target).filter(([, value]) => value !== null));
  return settingsEntry(by, {
    workspaceId,
    entityId: id,
    eventKey,
    message,
    visibility: 'SYSTEM',
    payload: { on, reason },
  });
};

export const holdPlaced = (hold: LegalHold, by: Actor): ActivityInput =>
  holdEntry(hold, 'settings.legal_hold_placed', 'Legal hold placed', by);

export const holdReleased = (hold: LegalHold, by: Actor): ActivityInput =>
  holdEntry(hold, 'settings.legal_hold_released', 'Legal hold released', by);

/** What a run deleted of one workspace, by policy. */
export const entriesDeleted = (
  workspaceId: string,
  counts: readonly { policy: RetentionPolicy; deleted: number }[],
  asOf: Date,
  by: Actor,
): ActivityInput => {
  const deleted = counts.reduce((sum, one) => sum + one.deleted, 0);
  return settingsEntry(by, {
    workspaceId,
    entityId: 'retention',
    eventKey: 'settings.retention_applied',
    message: `Retention: ${deleted} ${deleted === 1 ? 'entry was' : 'entries were'} deleted`,
    payload: {
      deleted,
      asOf: asOf.toISOString(),
      policies: counts.map((one) => ({ id: one.policy.id, ...details(one.policy), deleted: one.deleted })),
    },
  });
};
