import { useEffect, useMemo, useState } from 'react';
import type { ActivityLogClient } from '../../client/client.ts';
import { WorkspaceNamesDocument } from '../../client/generated/graphql.ts';

/** The names that people know a workspace and its brands by. */
export interface Names {
  readonly workspace: string;
  brand(id: string): string;
}

const onlyIds = (workspaceId: string): Names => ({ workspace: workspaceId, brand: (id) => id });

/** Names for ids; the ids themselves until the names are there, and where there are none. */
export function useNames(client: ActivityLogClient, workspaceId: string): Names {
  const [found, setFound] = useState<{ of: string; names: Names }>();
  useEffect(() => {
    const leaving = new AbortController();
    client.request(WorkspaceNamesDocument, { workspaceId }, leaving.signal).then(
      ({ workspace }) => {
        const brands = new Map(workspace?.brands.map(({ databaseId, name }) => [databaseId, name]));
        const names = { workspace: workspace?.name ?? workspaceId, brand: (id: string) => brands.get(id) ?? id };
        setFound({ of: workspaceId, names });
      },
      // The timeline asks the same service, and says what is wrong with it.
      () => undefined,
    );
    return () => leaving.abort();
  }, [client, workspaceId]);
  const ids = useMemo(() => onlyIds(workspaceId), [workspaceId]);
  return found?.of === workspaceId ? found.names : ids;
}
