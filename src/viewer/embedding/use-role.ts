import { useEffect, useState } from 'react';
import type { ActivityLogClient } from '../../client/client.ts';
import { SignedInViewerDocument } from '../../client/generated/graphql.ts';
import { type Role, roleIn } from '../role.ts';

/** What the reader may do in a workspace: as it is given, or as the service says. Undefined until it has. */
export function useRole(client: ActivityLogClient, workspaceId: string, given: Role | undefined): Role | undefined {
  const [asked, setAsked] = useState<{ of: string; role: Role | undefined }>();
  const isGiven = given !== undefined;
  useEffect(() => {
    if (isGiven) return;
    const leaving = new AbortController();
    client.request(SignedInViewerDocument, {}, leaving.signal).then(
      ({ viewer }) => setAsked({ of: workspaceId, role: roleIn(viewer, workspaceId) }),
      // The timeline asks the same service, and says what is wrong with it.
      () => undefined,
    );
    return () => leaving.abort();
  }, [client, workspaceId, isGiven]);
  return given ?? (asked?.of === workspaceId ? asked.role : undefined);
}
