import { useEffect, useState } from 'react';
import type { ActivityFilter, ActivityLogClient } from '../../client/client.ts';
import { ExportCountDocument } from '../../client/generated/graphql.ts';

export type ExportCount =
  | { readonly kind: 'loading' }
  /** Where it is not exact there are more. */
  | { readonly kind: 'counted'; readonly value: number; readonly exact: boolean }
  | { readonly kind: 'failed' };

const loading: ExportCount = { kind: 'loading' };

/** How many entries an export would have now; counted anew each time that somebody looks. */
export function useExportCount(
  client: ActivityLogClient,
  workspaceId: string,
  filter: ActivityFilter,
  isLookedAt: boolean,
): ExportCount {
  const [found, setFound] = useState<{ filter: ActivityFilter; count: ExportCount }>();
  useEffect(() => {
    if (!isLookedAt) return;
    const leaving = new AbortController();
    const settle = (count: ExportCount) => leaving.signal.aborted || setFound({ filter, count });
    client.request(ExportCountDocument, { workspaceId, filter }, leaving.signal).then(
      ({ timeline }) => settle({ kind: 'counted', ...timeline.count }),
      // Whoever exports is told why the service does not give it.
      () => settle({ kind: 'failed' }),
    );
    return () => leaving.abort();
  }, [client, workspaceId, filter, isLookedAt]);
  return found?.filter === filter ? found.count : loading;
}
