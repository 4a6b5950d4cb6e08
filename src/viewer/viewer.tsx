import { useEffect, useRef, useSyncExternalStore } from 'react';
import { useIntl } from 'react-intl';
import { addressOf, goTo, useAddress } from './address.ts';
import { EmbeddedTimeline } from './embedding/embedded-timeline.tsx';
import { graphiql } from './graphiql.ts';
import { Header } from './header.tsx';
import { usePreferredLocale, usePreferredTheme } from './preferences.ts';
import { roleIn } from './role.ts';
import type { Session, SessionState } from './session.ts';
import { SignIn } from './sign-in.tsx';
import { SignInAgain } from './sign-in-again.tsx';
import { failureIn } from './words/failure.ts';
import { Localised, useDirection, useSay } from './words/localised.tsx';
import { readableGrants, WorkspaceChoice } from './workspace-choice.tsx';

/** The page: who is signed in, then which workspace, then its timeline. */
export function Viewer({ session }: { session: Session }) {
  const state = useSyncExternalStore(
    (listener) => session.subscribe(listener),
    () => session.state,
  );
  return (
    <Localised locale={usePreferredLocale()}>
      <Page session={session} state={state} />
    </Localised>
  );
}

function Page({ session, state }: { session: Session; state: SessionState }) {
  const { locale } = useIntl();
  const dir = useDirection();
  useEffect(() => {
    document.documentElement.lang = locale;
    document.documentElement.dir = dir;
  }, [locale, dir]);
  const theme = usePreferredTheme();
  useEffect(() => {
    document.documentElement.dataset['theme'] = theme;
  }, [theme]);
  return (
    <div className="viewer">
      <Header state={state} onSignOut={() => session.signOut()} />
      <main className="viewer-main">
        <Content session={session} state={state} />
      </main>
      {state.kind === 'in' && <SignInAgain session={session} gate={state.gate} />}
    </div>
  );
}

function Content({ session, state }: { session: Session; state: SessionState }) {
  const say = useSay();
  const { locale } = useIntl();
  const theme = usePreferredTheme();
  const { workspaceId, ...place } = useAddress();
  const hadWorkspace = useRef(false);
  if (workspaceId !== undefined) hadWorkspace.current = true;
  switch (state.kind) {
    case 'checking':
      return <p className="viewer-wait">{say('checking')}</p>;
    case 'out':
      return <SignIn reason={state.reason} onToken={(pasted) => session.signIn(pasted)} />;
    case 'unreachable':
      return (
        <section className="card" role="alert">
          <h1>{say('unreachable.heading')}</h1>
          <p>{failureIn(say, state.failure)}</p>
          <button type="button" className="al-button" data-kind="primary" onClick={() => void session.check()}>
            {say('tryAgain')}
          </button>
        </section>
      );
    case 'in': {
      const grants = readableGrants(state.viewer);
      const only = grants.length === 1 && grants[0]?.workspaceId !== '*' ? grants[0]?.workspaceId : undefined;
      const chosen = workspaceId ?? only;
      if (chosen === undefined)
        return (
          <WorkspaceChoice
            client={state.client}
            viewer={state.viewer}
            opensOnly={!hadWorkspace.current}
            graphiql={graphiql}
            onChoice={(id, step) => goTo({ workspaceId: id }, step)}
          />
        );
      return (
        <EmbeddedTimeline
          key={chosen}
          client={state.client}
          workspaceId={chosen}
          role={roleIn(state.viewer, chosen)}
          place={place}
          onPlaceChange={(to, step) => goTo({ workspaceId: chosen, ...to }, step)}
          hrefOf={(to) => addressOf({ workspaceId: chosen, ...to })}
          locale={locale}
          theme={theme}
          onSignedOut={(reason) => session.signOut(reason)}
        />
      );
    }
  }
}
