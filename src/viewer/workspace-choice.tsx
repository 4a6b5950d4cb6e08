import { type FormEvent, useEffect, useRef, useState } from 'react';
import type { ActivityLogClient } from '../client/client.ts';
import { roleIn, type SignedIn } from './role.ts';
import type { Step } from './timeline/place.ts';
import { type ListedWorkspaces, useWorkspaces } from './use-workspaces.ts';
import { failureIn } from './words/failure.ts';
import { useSay } from './words/localised.tsx';

type Grant = SignedIn['workspaces'][number];

/** What of a token lets its bearer read: writers read nothing. */
export const readableGrants = ({ workspaces }: SignedIn): readonly Grant[] =>
  workspaces.filter(({ role }) => role !== 'WRITER');

interface WorkspaceChoiceProps {
  client: ActivityLogClient;
  viewer: SignedIn;
  /** True where nobody has asked for the choice: then the only one that there is, is opened at once. */
  opensOnly: boolean;
  /** Another link for those who have nothing to look at yet; undefined where there is none. */
  graphiql: string | undefined;
  onChoice(workspaceId: string, step: Step): void;
}

/** Which of the workspaces that a token is for: chosen from a list, or named by its id. */
export function WorkspaceChoice({ client, viewer, opensOnly, graphiql, onChoice }: WorkspaceChoiceProps) {
  const say = useSay();
  const [text, setText] = useState('');
  const [entered, setEntered] = useState<string>();
  const field = useRef<HTMLInputElement>(null);
  const wanted = text.trim();
  const listed = useWorkspaces(client, wanted);
  const grants = readableGrants(viewer);
  const isForEvery = grants.some(({ workspaceId }) => workspaceId === '*');
  useEffect(() => field.current?.focus(), []);
  // Whoever types fast is ahead of the answer: what they mean is known when it is there.
  useEffect(() => {
    if (entered === undefined || listed?.search !== entered) return;
    setEntered(undefined);
    const found = listed.workspaces;
    const meant = found.find(({ databaseId }) => databaseId === entered) ?? (found.length === 1 ? found[0] : undefined);
    if (meant !== undefined) onChoice(meant.databaseId, 'push');
    else if (isForEvery && entered !== '') onChoice(entered, 'push');
  });
  const [first, second] = listed?.search === '' && listed.readMore === undefined ? listed.workspaces : [];
  const isOnly = first !== undefined && second === undefined && roleIn(viewer, first.databaseId) !== 'WRITER';
  const only = opensOnly && text === '' && isOnly ? first.databaseId : undefined;
  useEffect(() => {
    if (only !== undefined) onChoice(only, 'replace');
  });

  if (grants.length === 0)
    return (
      <section className="card">
        <h1>{say('workspace.nothing.heading')}</h1>
        <p>{say('workspace.nothing.text')}</p>
      </section>
    );
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setEntered(wanted);
  };
  return (
    <section className="card" aria-labelledby="workspaces">
      <h1 id="workspaces">{say('workspace.heading')}</h1>
      <form onSubmit={submit} autoComplete="off" className="workspace-search">
        <label htmlFor="workspace">{say(isForEvery ? 'workspace.id' : 'workspace.find')}</label>
        <input
          ref={field}
          id="workspace"
          value={text}
          onChange={({ currentTarget }) => setText(currentTarget.value)}
          spellCheck={false}
          autoCapitalize="off"
          dir="auto"
          aria-describedby={isForEvery ? 'workspace-hint' : undefined}
        />
        <button type="submit" className="al-button" data-kind="primary" disabled={wanted === ''}>
          {say('workspace.open')}
        </button>
        {isForEvery && (
          <p className="hint" id="workspace-hint">
            {say('workspace.every')}
          </p>
        )}
      </form>
      <Listed
        listed={listed}
        wanted={wanted}
        isForEvery={isForEvery}
        viewer={viewer}
        graphiql={graphiql}
        onChoice={onChoice}
      />
    </section>
  );
}

interface ListedProps extends Pick<WorkspaceChoiceProps, 'viewer' | 'graphiql' | 'onChoice'> {
  listed: ListedWorkspaces | undefined;
  wanted: string;
  isForEvery: boolean;
}

function Listed({ listed, wanted, isForEvery, viewer, graphiql, onChoice }: ListedProps) {
  const say = useSay();
  if (listed === undefined) return <p role="status">{say('workspace.loading')}</p>;
  if (listed.failure !== undefined)
    return (
      <p className="problem" role="alert">
        {failureIn(say, listed.failure)}
      </p>
    );
  const shown = listed.workspaces.filter(({ databaseId }) => roleIn(viewer, databaseId) !== 'WRITER');
  if (shown.length === 0 && isForEvery)
    return (
      <div role="status" className="nothing">
        <p>{wanted === '' ? say('workspace.none') : say('workspace.noneFound', { id: wanted })}</p>
        {wanted === '' && graphiql !== undefined && (
          <a className="al-button" href={graphiql}>
            {say('workspace.logFirst')}
          </a>
        )}
      </div>
    );
  return (
    <ul className="choices" aria-labelledby="workspaces">
      {shown.map(({ databaseId, name }) => {
        const role = roleIn(viewer, databaseId);
        return (
          <li key={databaseId}>
            <button type="button" onClick={() => onChoice(databaseId, 'push')}>
              <span className="name">
                <bdi>{name ?? databaseId}</bdi>
                {name !== null && name !== databaseId && <bdi className="id">{databaseId}</bdi>}
              </span>
              {role !== undefined && <span className="role">{say(`role.${role}`)}</span>}
            </button>
          </li>
        );
      })}
      {listed.readMore !== undefined && (
        <li>
          <button type="button" className="more" onClick={listed.readMore}>
            {say('workspace.more')}
          </button>
        </li>
      )}
    </ul>
  );
}
