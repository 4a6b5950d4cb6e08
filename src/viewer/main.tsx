/** Where the page begins: takes the token out of the address, signs in, shows the viewer. */
import { createRoot } from 'react-dom/client';
import { preferredLocale, preferredTheme } from './preferences.ts';
import { Session } from './session.ts';
import { Viewer } from './viewer.tsx';
import { languageOf, loadWords } from './words/languages.ts';

const session = new Session(new URL('.', location.href));
// First of all, so that the secret stands in the address bar as shortly as can be.
session.takeFromAddress();
// A link that is opened where the page is open already only changes the part behind the #.
window.addEventListener('hashchange', () => {
  if (session.takeFromAddress()) void session.check();
});

const element = document.getElementById('viewer');
if (element === null) throw new Error('The page has no #viewer.');
// Rendered in the right language at once; English stands in where its words cannot be had.
document.documentElement.dataset['theme'] = preferredTheme();
await loadWords(languageOf(preferredLocale()) ?? 'en').catch(() => undefined);
createRoot(element).render(<Viewer session={session} />);
void session.check();
