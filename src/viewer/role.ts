import type { SignedInViewerQuery } from '../client/generated/graphql.ts';

/** Who is signed in, as the service says. */
export type SignedIn = SignedInViewerQuery['viewer'];
export type Role = SignedIn['workspaces'][number]['role'];

/** What somebody may do in a workspace; where they have one only, also before it is chosen. */
export function roleIn({ workspaces }: SignedIn, workspaceId: string | undefined): Role | undefined {
  const grant =
    workspaces.find((one) => one.workspaceId === workspaceId) ?? workspaces.find((one) => one.workspaceId === '*');
  return (grant ?? (workspaces.length === 1 ? workspaces[0] : undefined))?.role;
}
