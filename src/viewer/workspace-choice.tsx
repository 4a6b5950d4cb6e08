import { type FormEvent, useRef } from 'react';
import type { SignedIn } from './session.ts';

type Grant = SignedIn['workspaces'][number];

/** What of a token lets its bearer read: writers read nothing. */
export const readableGrants = ({ workspaces }: SignedIn): readonly Grant[] =>
  workspaces.filter(({ role }) => role !== 'WRITER');

interface WorkspaceChoiceProps {
  grants: readonly Grant[];
  onChoice(workspaceId: string): void;
}

/** Which of the workspaces that a token is for. Where it is for every one, its id is asked for: there is no list of them. */
export function WorkspaceChoice({ grants, onChoice }: WorkspaceChoiceProps) {
  const field = useRef<HTMLInputElement>(null);
  const named = grants.filter(({ workspaceId }) => workspaceId !== '*');
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const id = field.current?.value.trim() ?? '';
    if (id !== '') onChoice(id);
  };
  if (grants.length === 0)
    return (
      <section className="card">
        <h1>Nothing to read</h1>
        <p>This token writes entries and reads none. Sign in with one that has another role.</p>
      </section>
    );
  return (
    <section className="card" aria-labelledby="workspaces">
      <h1 id="workspaces">Which workspace?</h1>
      {named.length > 0 && (
        <ul className="choices">
          {named.map(({ workspaceId, role }) => (
            <li key={workspaceId}>
              <button type="button" onClick={() => onChoice(workspaceId)}>
                {workspaceId}
                <span className="role">{role.toLowerCase()}</span>
              </button>
            </li>
          ))}
        </ul>
      )}
      {named.length < grants.length && (
        <form onSubmit={submit} autoComplete="off">
          <label htmlFor="workspace">Workspace id</label>
          <input
            ref={field}
            id="workspace"
            required
            spellCheck={false}
            autoCapitalize="off"
            aria-describedby="workspace-hint"
          />
          <button type="submit" className="al-button" data-kind="primary">
            Open
          </button>
          <p className="hint" id="workspace-hint">
            Your token is for every workspace. The id is the <code>workspaceId</code> that entries are logged with.
          </p>
        </form>
      )}
    </section>
  );
}
