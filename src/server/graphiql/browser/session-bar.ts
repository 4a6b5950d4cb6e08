import type { Session, SessionState, SessionViewer } from './session.ts';

/** Runs in the browser. Shows in the bar who is signed in and until when, or the field for a token. */
export function showSession(session: Session, state: SessionState): void {
  const find = <T extends HTMLElement>(id: string): T => {
    const found = document.getElementById(id);
    if (found === null) throw new Error(`The page has no #${id}.`);
    return found as T;
  };
  const field = find<HTMLInputElement>('token');
  const problem = find('token-problem');
  const submit = find<HTMLButtonElement>('sign-in');

  const complain = (text: string) => {
    problem.textContent = text;
    problem.hidden = text === '';
    field.setAttribute('aria-invalid', String(text !== ''));
  };

  const moment = (iso: string): string => {
    const date = new Date(iso);
    const isToday = date.toDateString() === new Date().toDateString();
    return date.toLocaleString(undefined, { ...(isToday ? {} : { dateStyle: 'medium' }), timeStyle: 'short' });
  };

  const grant = ({ workspaceId, role }: SessionViewer['workspaces'][number]): string =>
    `${role.toLowerCase()} of ${workspaceId === '*' ? 'every workspace' : workspaceId}`;

  const showViewer = ({ subject, expiresAt, workspaces }: SessionViewer) => {
    find('subject').textContent = subject;
    const time = find<HTMLTimeElement>('until');
    time.textContent = moment(expiresAt);
    time.dateTime = expiresAt;
    time.title = expiresAt;
    const grants = workspaces.map(grant);
    const shown = grants.length > 3 ? [...grants.slice(0, 2), `${grants.length - 2} more`] : grants;
    const list = find('grants');
    list.title = grants.join('\n');
    list.replaceChildren(
      ...shown.map((text) => {
        const item = document.createElement('li');
        item.textContent = text;
        return item;
      }),
    );
  };

  find('session-in').hidden = state.kind !== 'in';
  find('session-out').hidden = state.kind === 'in' || state.kind === 'unreachable';
  find('session-lost').hidden = state.kind !== 'unreachable';
  complain(state.kind === 'refused' ? `Not accepted. ${state.message}` : '');
  if (state.kind === 'in') showViewer(state.viewer);
  if (state.kind === 'unreachable') find('lost-reason').textContent = state.message;

  // A new page is the surest way to leave nothing of the last session behind: sockets, results, tabs.
  find('sign-out').onclick = () => {
    session.signOut();
    location.reload();
  };
  find('try-again').onclick = () => location.reload();
  field.oninput = () => complain('');
  find<HTMLFormElement>('session-out').onsubmit = async (event) => {
    event.preventDefault();
    submit.disabled = true;
    const outcome = await session.signIn(field.value);
    submit.disabled = false;
    if (outcome.kind === 'in') return location.reload();
    if (outcome.kind === 'refused') complain(`Not accepted. ${outcome.message}`);
    else if (outcome.kind === 'unreachable') complain(outcome.message);
    field.focus();
    field.select();
  };
}
