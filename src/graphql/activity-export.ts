import type { ExportFormat } from '../core/activity/export-format.ts';
import { linkLife } from '../core/activity/export-ticket.ts';
import { checkFilter } from '../core/activity/filter.ts';
import { needReadScope } from '../core/activity/visibility.ts';
import { ActivityLogError } from '../errors.ts';
import { momentOfNow } from '../storage/export.ts';
import { builder } from './builder.ts';
import { FilterInput } from './inputs.ts';

/** Beyond it servers and proxies refuse a request's first line. */
const longestUrl = 8_000;

const formats: Record<ExportFormat, string> = {
  csv: 'RFC 4180, with a header, and safe for spreadsheets: what looks like a formula has an apostrophe in front.',
  jsonl: 'JSON Lines: one object a line.',
  json: 'One JSON document: a list of objects.',
};
const ExportFormatType = builder.enumType('ActivityExportFormat', {
  description: 'How an export is written. Described in docs/export.md.',
  values: Object.fromEntries(
    Object.entries(formats).map(([value, description]) => [value.toUpperCase(), { value, description }]),
  ) as Record<'CSV' | 'JSONL' | 'JSON', { value: ExportFormat; description: string }>,
});

const Payload = builder.objectRef<{ url: string; expiresAt: Date }>('ActivityExportPayload').implement({
  description: 'Where an export can be fetched.',
  fields: (t) => ({
    url: t.exposeString('url', {
      description: 'The path on this service, to be fetched by GET without a token. For this export alone.',
    }),
    expiresAt: t.expose('expiresAt', { type: 'DateTime', description: 'From then on the link is good for nothing.' }),
  }),
});

builder.mutationField('activityExport', (t) =>
  t.field({
    type: Payload,
    description:
      'Makes a link to an export of what you may see of a workspace at this moment, for a browser: it lives for five minutes. With a token, `GET /export` does the same at once.',
    args: {
      workspaceId: t.arg.string({ required: true, description: 'The workspace.' }),
      format: t.arg({ type: ExportFormatType, required: true, description: 'How it is written.' }),
      filter: t.arg({ type: FilterInput, description: 'Which entries; all by default.' }),
      export: t.arg.string({
        description:
          'For the moment of an earlier export of the same instead of this one: what its header Activity-Log-Export said. With `&after=` and the id of its last whole entry added, the link gives its rest.',
      }),
    },
    resolve: async (_root, { workspaceId, format, filter, export: ticket }, context) => {
      const viewer = context.viewer();
      const scope = needReadScope(viewer, workspaceId);
      checkFilter(filter ?? {}, scope);
      const { database, exportSeals } = context.services;
      const order = { scope, filter: filter ?? {}, format, formulas: 'escaped' as const };
      const isRest = typeof ticket === 'string';
      const moment = isRest ? exportSeals.openTicket(ticket, order) : await momentOfNow(database);
      const begin = isRest ? Date.now() : moment.createdAt.getTime();
      const expiresAt = new Date(Math.min(begin + linkLife, viewer.expiresAt.getTime()));
      const link = exportSeals.closeLink({ order, subject: viewer.subject, ...moment, expiresAt });
      const url = `/export?link=${link}`;
      if (url.length > longestUrl) {
        const message = 'The filter is too long for a link. Use GET /export with a token, or a shorter filter.';
        throw new ActivityLogError('LIMIT_EXCEEDED', message, { field: 'filter' });
      }
      return { url, expiresAt };
    },
  }),
);
