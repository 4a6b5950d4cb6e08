import { goTo, useAddress } from './address.ts';
import mark from './favicon.svg';
import { graphiql } from './graphiql.ts';
import { prefer, usePreferredLocale } from './preferences.ts';
import { roleIn, type SessionState, type SignedIn } from './session.ts';
import { everything } from './timeline/place.ts';
import { languageCodes, languageOf, languages } from './words/languages.ts';
import { useSay } from './words/localised.tsx';
import { readableGrants } from './workspace-choice.tsx';

const isOneOfMany = ({ workspaces }: SignedIn) =>
  workspaces.length > 1 || workspaces.some(({ workspaceId }) => workspaceId === '*');

/** In which language the page speaks. */
function LanguageChoice() {
  const say = useSay();
  const code = languageOf(usePreferredLocale()) ?? 'en';
  return (
    <label className="language">
      <span className="al-hidden">{say('header.language')}</span>
      <select
        className="al-button"
        value={code}
        onChange={({ currentTarget }) => prefer({ language: languageOf(currentTarget.value) })}
      >
        {languageCodes.map((one) => (
          <option key={one} value={one} lang={one}>
            {languages[one].name}
          </option>
        ))}
      </select>
    </label>
  );
}

/** What is above everything: whose page it is, who is signed in, and the ways out. */
export function Header({ state, onSignOut }: { state: SessionState; onSignOut(): void }) {
  const say = useSay();
  const { workspaceId } = useAddress();
  const viewer = state.kind === 'in' ? state.viewer : undefined;
  const role = viewer && roleIn(viewer, workspaceId);
  return (
    <header className="viewer-header">
      <p className="brand">
        <img src={mark} alt="" width="26" height="26" />
        {say('app.name')}
      </p>
      {viewer && workspaceId !== undefined && isOneOfMany(viewer) && readableGrants(viewer).length > 0 && (
        <button
          type="button"
          className="al-button"
          onClick={() => goTo({ workspaceId: undefined, ...everything }, 'push')}
        >
          {say('header.switchWorkspace')}
        </button>
      )}
      <div className="account">
        {viewer && (
          <p className="who">
            <span className="al-hidden">{say('header.signedInAs')} </span>
            <strong>{viewer.subject}</strong>
            {role !== undefined && <span className="role">{say(`role.${role}`)}</span>}
          </p>
        )}
        <LanguageChoice />
        {viewer && graphiql !== undefined && (
          <a className="al-button" href={graphiql}>
            {say('header.graphiql')}
          </a>
        )}
        {viewer && (
          <button type="button" className="al-button" onClick={onSignOut}>
            {say('header.signOut')}
          </button>
        )}
      </div>
    </header>
  );
}
