import type { ActivityExportFormat } from '../../client/client.ts';

/** How an export is written: `name` is that of the service's files, `type` their media type. */
export const exportFormats = {
  CSV: { name: 'csv', type: 'text/csv' },
  JSONL: { name: 'jsonl', type: 'application/jsonl' },
  JSON: { name: 'json', type: 'application/json' },
} as const satisfies Record<ActivityExportFormat, { name: string; type: string }>;

export const exportFormatNames = Object.keys(exportFormats) as ActivityExportFormat[];

/** The name of a file, as the service would give it: with the moment in UTC, and nothing that a file system may refuse. */
export function exportFileName(workspaceId: string, format: ActivityExportFormat, now: Date): string {
  const workspace = workspaceId.replaceAll(/[^\w.-]+/g, '-').slice(0, 64);
  const moment = now.toISOString().slice(0, 19).replaceAll(':', '');
  return `activity-${workspace}-${moment}Z.${exportFormats[format].name}`;
}
