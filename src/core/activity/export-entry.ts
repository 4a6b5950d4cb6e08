import { createHash } from 'node:crypto';
import type { ActivityInput } from './activity.ts';
import { entryLimits } from './entry-schema.ts';
import type { ExportOrder } from './export-ticket.ts';

/** How an export ended: everything was given; the reader went away or took nothing more; reading failed. */
export type ExportOutcome = 'complete' | 'cut' | 'failed';

/** What the trail says of an export. */
export interface ExportedFacts {
  order: ExportOrder;
  /** The token's subject; undefined for the command line on the database itself. */
  subject: string | undefined;
  /** By which way: with a token, by a link, by the command line on the database. */
  by: 'token' | 'link' | 'cli';
  outcome: ExportOutcome;
  /** Entries and bytes that were given. */
  count: number;
  bytes: number;
  /** The entry that it went on behind, where it was the rest of an export. */
  after?: string | undefined;
  /** True where the manifest alone was asked for. */
  manifestOnly?: boolean | undefined;
}

/** A payload takes 64 KiB; a filter can be longer. */
const longestFilter = 32_768;

function filterFacts(filter: object): object {
  const text = JSON.stringify(filter);
  if (text.length <= longestFilter) return { filter };
  return { filterSha256: createHash('sha256').update(text).digest('hex') };
}

/** Any text as an id of an entry. */
const asId = (text: string): string =>
  [...text.toWellFormed().replaceAll('\u0000', '')].slice(0, entryLimits.id).join('');

/**
 * The entry `settings.exported`: who took what out of the trail. It is as hidden as what the export may have had: an admin
 * must not learn from it how many entries there are that only operators see.
 */
export function exportedEntry(facts: ExportedFacts): ActivityInput {
  const { order, subject, by, outcome, count, bytes, after, manifestOnly } = facts;
  const { scope, format } = order;
  const { workspaceId, visibilities, brandIds } = scope;
  const how = outcome === 'complete' ? '' : outcome === 'cut' ? ', cut off by the reader' : ', failed';
  return {
    workspaceId,
    entityType: 'SETTINGS',
    entityId: 'export',
    eventKey: 'settings.exported',
    message: `${count} entries exported as ${format}${how}`,
    context: 'export',
    ...(subject === undefined
      ? { actorType: 'SYSTEM', actorLabel: 'activity-log export' }
      : { actorType: 'USER', actorUserId: asId(subject) || 'unknown' }),
    visibility: visibilities.includes('SYSTEM') ? 'SYSTEM' : 'INTERNAL',
    payload: {
      format,
      ...filterFacts(order.filter),
      count,
      bytes,
      outcome,
      by,
      ...(brandIds === null ? {} : { brandIds: brandIds.slice(0, 100) }),
      ...(after === undefined ? {} : { after }),
      ...(manifestOnly === true ? { manifestOnly } : {}),
    },
  };
}
