import { useState } from 'react';
import { goTo, useAddress } from './address.ts';
import mark from './favicon.svg';
import { graphiql } from './graphiql.ts';
import { MenuIcon, ThemeIcon } from './header-icons.tsx';
import { prefer, themes, usePreferredLocale, usePreferredTheme } from './preferences.ts';
import { roleIn, type SignedIn } from './role.ts';
import type { SessionState } from './session.ts';
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
    <label>
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

/** Whether the page is light or dark: a choice as wide as its picture. */
function ThemeChoice() {
  const say = useSay();
  const theme = usePreferredTheme();
  return (
    <label className="theme" title={`${say('header.theme')}: ${say(`theme.${theme}`)}`}>
      <span className="al-hidden">{say('header.theme')}</span>
      <ThemeIcon theme={theme} />
      <select
        value={theme}
        onChange={({ currentTarget }) => prefer({ theme: themes.find((one) => one === currentTarget.value) ?? 'auto' })}
      >
        {themes.map((one) => (
          <option key={one} value={one}>
            {say(`theme.${one}`)}
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
  // On a phone the choices stand below the header, where they are asked for.
  const [isOpen, setIsOpen] = useState(false);
  const role = viewer && roleIn(viewer, workspaceId);
  return (
    <header className="viewer-header">
      <h1 className="brand">
        <img src={mark} alt="" width="26" height="26" />
        {say('app.name')}
      </h1>
      <button
        type="button"
        className="al-button more-choices"
        aria-expanded={isOpen}
        aria-controls="account"
        aria-label={say('header.menu')}
        onClick={() => setIsOpen(!isOpen)}
      >
        <MenuIcon />
      </button>
      <div className="account" id="account" data-open={isOpen || undefined}>
        {viewer && (
          <p className="who">
            <span className="al-hidden">{say('header.signedInAs')} </span>
            <strong>{viewer.subject}</strong>
            {role !== undefined && <span className="role">{say(`role.${role}`)}</span>}
          </p>
        )}
        {viewer && workspaceId !== undefined && isOneOfMany(viewer) && readableGrants(viewer).length > 0 && (
          <button
            type="button"
            className="al-button"
            onClick={() => goTo({ workspaceId: undefined, ...everything }, 'push')}
          >
            {say('header.switchWorkspace')}
          </button>
        )}
        <ThemeChoice />
        <LanguageChoice />
        {viewer && role !== 'CLIENT' && graphiql !== undefined && (
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
