import { useEffect, useState } from 'react';
import { type ActivityLogClient, ActivityLogClientError } from '../client/client.ts';
import { WorkspacesDocument, type WorkspacesQuery } from '../client/generated/graphql.ts';

export type ListedWorkspace = WorkspacesQuery['workspaces']['edges'][number]['node'];

export interface ListedWorkspaces {
  /** What they were looked for by: older than what is asked while the answer is on its way. */
  readonly search: string;
  readonly workspaces: readonly ListedWorkspace[];
  readonly failure: ActivityLogClientError | undefined;
  /** Reads further ones; undefined where there are none, or they are on their way. */
  readonly readMore: (() => void) | undefined;
}

const pageSize = 50;
/** Milliseconds that somebody who types is waited for. */
const pause = 150;

interface Asked {
  readonly search: string;
  readonly after: string | undefined;
}

/** The workspaces that there are, or of these what a search finds; undefined until the first of them are there. */
export function useWorkspaces(client: ActivityLogClient, search: string): ListedWorkspaces | undefined {
  const [asked, setAsked] = useState<Asked>({ search, after: undefined });
  const [found, setFound] = useState<ListedWorkspaces>();
  useEffect(() => {
    const timer = setTimeout(() => setAsked({ search, after: undefined }), pause);
    return () => clearTimeout(timer);
  }, [search]);
  useEffect(() => {
    const leaving = new AbortController();
    const { after } = asked;
    const variables = { search: asked.search || null, first: pageSize, after: after ?? null };
    client.request(WorkspacesDocument, variables, leaving.signal).then(
      ({ workspaces: { edges, pageInfo } }) => {
        if (leaving.signal.aborted) return;
        const { endCursor, hasNextPage } = pageInfo;
        const readMore = hasNextPage
          ? () => setAsked({ search: asked.search, after: endCursor ?? undefined })
          : undefined;
        setFound((before) => ({
          search: asked.search,
          workspaces: [...(after === undefined ? [] : (before?.workspaces ?? [])), ...edges.map(({ node }) => node)],
          failure: undefined,
          readMore,
        }));
      },
      (failure: unknown) => {
        if (leaving.signal.aborted) return;
        if (!(failure instanceof ActivityLogClientError)) throw failure;
        setFound({ search: asked.search, workspaces: [], failure, readMore: undefined });
      },
    );
    return () => leaving.abort();
  }, [client, asked]);
  return found;
}
