import type { ActivityLogClient } from '../../client/client.ts';
import type { ExportOrder, ReceivedExport } from './export-receipt.ts';
import { openLink } from './open-export.ts';

type Manifest = Pick<ReceivedExport, 'count' | 'bytes' | 'sha256'>;

/**
 * Compares what was received with what the service says it gave: it reads the export once more for that.
 * @throws as `openLink` does
 */
export async function checkReceived(
  client: Pick<ActivityLogClient, 'exportLink'>,
  order: ExportOrder,
  { count, bytes, sha256, ticket }: ReceivedExport,
  signal: AbortSignal,
): Promise<'same' | 'other'> {
  const { url } = await client.exportLink({ ...order, export: ticket }, signal);
  url.searchParams.set('manifest', 'only');
  const manifest = (await (await openLink(url, signal)).json()) as Manifest;
  const isSame = manifest.sha256 === sha256 && manifest.count === count && manifest.bytes === bytes;
  return isSame ? 'same' : 'other';
}
