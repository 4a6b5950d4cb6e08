import { type FormEvent, useRef } from 'react';
import { FormattedMessage } from 'react-intl';
import type { SignedIn } from './role.ts';
import { useSay } from './words/localised.tsx';

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
  const say = useSay();
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
        <h1>{say('workspace.nothing.heading')}</h1>
        <p>{say('workspace.nothing.text')}</p>
      </section>
    );
  return (
    <section className="card" aria-labelledby="workspaces">
      <h1 id="workspaces">{say('workspace.heading')}</h1>
      {named.length > 0 && (
        <ul className="choices">
          {named.map(({ workspaceId, role }) => (
            <li key={workspaceId}>
              <button type="button" onClick={() => onChoice(workspaceId)}>
                {workspaceId}
                <span className="role">{say(`role.${role}`)}</span>
              </button>
            </li>
          ))}
        </ul>
      )}
      {named.length < grants.length && (
        <form onSubmit={submit} autoComplete="off">
          <label htmlFor="workspace">{say('workspace.id')}</label>
          <input
            ref={field}
            id="workspace"
            required
            spellCheck={false}
            autoCapitalize="off"
            aria-describedby="workspace-hint"
          />
          <button type="submit" className="al-button" data-kind="primary">
            {say('workspace.open')}
          </button>
          <p className="hint" id="workspace-hint">
            <FormattedMessage id="workspace.every" values={{ field: <code>workspaceId</code> }} />
          </p>
        </form>
      )}
    </section>
  );
}
