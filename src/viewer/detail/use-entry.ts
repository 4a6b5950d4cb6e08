import { useEffect, useState } from 'react';
import { type Activity, type ActivityLogClient, ActivityLogClientError } from '../../client/client.ts';
import { EntryDocument, type EntryQuery } from '../../client/generated/graphql.ts';

export type FoundEntry =
  | { readonly kind: 'loading' }
  | { readonly kind: 'found'; readonly entry: Activity }
  /** Not there, or not for this viewer: the service does not tell these apart. */
  | { readonly kind: 'absent' }
  | { readonly kind: 'failed'; readonly failure: ActivityLogClientError };

/** Of things by a global id only an entry was asked for its fields. */
const isEntry = (node: EntryQuery['node']): node is Activity => node !== null && 'eventKey' in node;

/** An entry by its global id, of which the service is asked where it is not known. */
export function useEntry(client: ActivityLogClient, entryId: string, known: Activity | undefined): FoundEntry {
  const [asked, setAsked] = useState<{ id: string; found: FoundEntry }>();
  const isKnown = known !== undefined;
  useEffect(() => {
    if (isKnown) return;
    const leaving = new AbortController();
    const settle = (found: FoundEntry) => leaving.signal.aborted || setAsked({ id: entryId, found });
    client.request(EntryDocument, { id: entryId }, leaving.signal).then(
      ({ node }) => settle(isEntry(node) ? { kind: 'found', entry: node } : { kind: 'absent' }),
      (error: unknown) => {
        if (leaving.signal.aborted) return;
        if (!(error instanceof ActivityLogClientError)) throw error;
        // An id that is none is as good as one that is not there. Who is signed out is told by the timeline.
        settle(error.code === 'BAD_USER_INPUT' ? { kind: 'absent' } : { kind: 'failed', failure: error });
      },
    );
    return () => leaving.abort();
  }, [client, entryId, isKnown]);
  if (known !== undefined) return { kind: 'found', entry: known };
  return asked?.id === entryId ? asked.found : { kind: 'loading' };
}
