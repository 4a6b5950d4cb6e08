import { createHash } from 'node:crypto';
import type { ActivityInput } from './activity.ts';
import { entryLimits } from './entry-schema.ts';
import type { ExportTotals } from './export-text.ts';
import type { ExportMoment, ExportOrder } from './export-ticket.ts';
import { isStorableText, utf8Length } from './text.ts';

/** How an export ended: everything was given; the reader went away or took nothing more; reading failed. */
export type ExportOutcome = 'complete' | 'cut' | 'failed';

/** What the trail says of an export that begins. */
export interface ExportFacts {
  order: ExportOrder;
  moment: ExportMoment;
  /** The token's subject; undefined for the command line on the database itself. */
  subject: string | undefined;
  /** By which way: with a token, by a link, by the command line on the database. */
  by: 'token' | 'link' | 'cli';
  /** The entry that it goes on behind, where it is the rest of an export. */
  after?: string | undefined;
  /** True where the manifest alone is asked for. */
  manifestOnly?: boolean | undefined;
}

/** What an export came to: of one that is not complete, what was given of it. */
export interface ExportEnd extends Omit<ExportTotals, 'sha256'> {
  outcome: ExportOutcome;
  /** Of the bytes of a complete one. */
  sha256?: string | undefined;
}

/** A payload takes 64 KiB; a filter, or the brands of a token, can be longer, or have text that no entry can keep. */
const longest = { filter: 32_768, brandIds: 16_384 } as const;

function fact(name: keyof typeof longest, value: object): object {
  const text = JSON.stringify(value);
  let isStorable = utf8Length(text) <= longest[name];
  JSON.parse(text, (key, part: unknown) => {
    isStorable &&= isStorableText(key) && (typeof part !== 'string' || isStorableText(part));
  });
  if (isStorable) return { [name]: value };
  return { [`${name}Sha256`]: createHash('sha256').update(text).digest('hex') };
}

/** Any text as an id of an entry. */
const asId = (text: string): string =>
  [...text.toWellFormed().replaceAll('\u0000', '')].slice(0, entryLimits.id).join('');

/**
 * What both entries have. They are as hidden as what the export may have had: an admin must not learn from them how many
 * entries there are that only operators see.
 */
const exportEntry = ({ order, subject }: ExportFacts): Omit<ActivityInput, 'eventKey'> => ({
  workspaceId: order.scope.workspaceId,
  entityType: 'SETTINGS',
  entityId: 'export',
  context: 'export',
  ...(subject === undefined
    ? { actorType: 'SYSTEM', actorLabel: 'activity-log export' }
    : { actorType: 'USER', actorUserId: asId(subject) || 'unknown' }),
  visibility: order.scope.visibilities.includes('SYSTEM') ? 'SYSTEM' : 'INTERNAL',
});

/** The entry `settings.exported`: who looks, at what. It is in the trail before anything is given. */
export function exportedEntry(facts: ExportFacts): ActivityInput {
  const { order, moment, by, after, manifestOnly = false } = facts;
  const { scope, format, formulas, filter } = order;
  const how = after === undefined ? '' : ', behind an entry';
  return {
    ...exportEntry(facts),
    eventKey: 'settings.exported',
    message: manifestOnly ? `Manifest of an export as ${format}${how}` : `Export as ${format}${how}`,
    payload: {
      format,
      ...(format === 'csv' ? { formulas } : {}),
      ...fact('filter', filter),
      moment: moment.createdAt.toISOString(),
      by,
      ...(scope.brandIds === null ? {} : fact('brandIds', scope.brandIds)),
      ...(after === undefined ? {} : { after }),
      ...(manifestOnly ? { manifestOnly } : {}),
    },
  };
}

/**
 * The entry `settings.export_finished`: what an export came to.
 * @param exported the id of its `settings.exported`
 */
export function exportFinishedEntry(facts: ExportFacts, exported: string, end: ExportEnd): ActivityInput {
  const { outcome, count, bytes, sha256 } = end;
  const how = outcome === 'complete' ? '' : outcome === 'cut' ? ', cut off by the reader' : ', failed';
  return {
    ...exportEntry(facts),
    eventKey: 'settings.export_finished',
    message: `${count} entries exported as ${facts.order.format}${how}`,
    payload: { exported, outcome, count, bytes, ...(sha256 === undefined ? {} : { sha256 }) },
  };
}
