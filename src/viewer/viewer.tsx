import { useSyncExternalStore } from 'react';
import { addressOf, goTo, useAddress } from './address.ts';
import { Header } from './header.tsx';
import type { Session, SessionState } from './session.ts';
import { SignIn } from './sign-in.tsx';
import { ActivityTimeline, type EntryStep } from './timeline/activity-timeline.tsx';
import { readableGrants, WorkspaceChoice } from './workspace-choice.tsx';

/** What moving from entry to entry leaves behind for the browser's way back: the list, once. */
const stepOf = (step: EntryStep) => (step === 'open' ? 'push' : 'replace');

/** The page: who is signed in, then which workspace, then its timeline. */
export function Viewer({ session }: { session: Session }) {
  const state = useSyncExternalStore(
    (listener) => session.subscribe(listener),
    () => session.state,
  );
  return (
    <div className="viewer">
      <Header state={state} onSignOut={() => session.signOut()} />
      <main className="viewer-main">
        <Content session={session} state={state} />
      </main>
    </div>
  );
}

function Content({ session, state }: { session: Session; state: SessionState }) {
  const { workspaceId, entryId } = useAddress();
  switch (state.kind) {
    case 'checking':
      return <p className="viewer-wait">Signing in…</p>;
    case 'out':
      return <SignIn reason={state.reason} onToken={(pasted) => session.signIn(pasted)} />;
    case 'unreachable':
      return (
        <section className="card" role="alert">
          <h1>Nobody answers</h1>
          <p>{state.reason}</p>
          <button type="button" className="al-button" data-kind="primary" onClick={() => void session.check()}>
            Try again
          </button>
        </section>
      );
    case 'in': {
      const grants = readableGrants(state.viewer);
      const only = grants.length === 1 && grants[0]?.workspaceId !== '*' ? grants[0]?.workspaceId : undefined;
      const chosen = workspaceId ?? only;
      if (chosen === undefined)
        return <WorkspaceChoice grants={grants} onChoice={(id) => goTo({ workspaceId: id }, 'push')} />;
      return (
        <ActivityTimeline
          key={chosen}
          client={state.client}
          workspaceId={chosen}
          entryId={entryId}
          onEntryChange={(id, step) => goTo({ workspaceId: chosen, entryId: id }, stepOf(step))}
          hrefOf={(id) => addressOf({ workspaceId: chosen, entryId: id })}
          onSignedOut={(reason) => session.signOut(reason)}
        />
      );
    }
  }
}
