import { goTo, useAddress } from './address.ts';
import mark from './favicon.svg';
import type { SessionState, SignedIn } from './session.ts';
import { readableGrants } from './workspace-choice.tsx';

/** Where developers find GraphiQL; undefined where the service has none. */
const graphiql = document.querySelector('link[rel="help"]')?.getAttribute('href') ?? undefined;

const isOneOfMany = ({ workspaces }: SignedIn) =>
  workspaces.length > 1 || workspaces.some(({ workspaceId }) => workspaceId === '*');

function roleIn({ workspaces }: SignedIn, workspaceId: string | undefined): string | undefined {
  const grant =
    workspaces.find((one) => one.workspaceId === workspaceId) ?? workspaces.find((one) => one.workspaceId === '*');
  return (grant ?? (workspaces.length === 1 ? workspaces[0] : undefined))?.role.toLowerCase();
}

/** What is above everything: whose page it is, who is signed in, and the ways out. */
export function Header({ state, onSignOut }: { state: SessionState; onSignOut(): void }) {
  const { workspaceId } = useAddress();
  const viewer = state.kind === 'in' ? state.viewer : undefined;
  const role = viewer && roleIn(viewer, workspaceId);
  return (
    <header className="viewer-header">
      <p className="brand">
        <img src={mark} alt="" width="26" height="26" />
        Activity Log
      </p>
      {viewer && workspaceId !== undefined && isOneOfMany(viewer) && readableGrants(viewer).length > 0 && (
        <button
          type="button"
          className="al-button"
          onClick={() => goTo({ workspaceId: undefined, entryId: undefined }, 'push')}
        >
          Switch workspace
        </button>
      )}
      {viewer && (
        <div className="account">
          <p className="who">
            <span className="al-hidden">Signed in as </span>
            <strong>{viewer.subject}</strong>
            {role !== undefined && <span className="role">{role}</span>}
          </p>
          {graphiql !== undefined && (
            <a className="al-button" href={graphiql}>
              GraphiQL
            </a>
          )}
          <button type="button" className="al-button" onClick={onSignOut}>
            Sign out
          </button>
        </div>
      )}
    </header>
  );
}
