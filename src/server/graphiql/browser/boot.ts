import type { examplesFor } from './examples.ts';
import type { createFetcher } from './fetcher.ts';
import type { createSession, SessionState } from './session.ts';
import type { showSession } from './session-bar.ts';
import type { scopedStorage } from './storage.ts';

/** What the library's bundle leaves in the page, and what its editor looks for there. */
interface GraphiqlPage {
  YogaGraphiQL?: { renderYogaGraphiQL(element: Element, options: Record<string, unknown>): void };
  MonacoEnvironment?: { globalAPI: boolean; getWorkerUrl(moduleId: string, label: string): string };
}

interface Parts {
  createSession: typeof createSession;
  createFetcher: typeof createFetcher;
  showSession: typeof showSession;
  examplesFor: typeof examplesFor;
  scopedStorage: typeof scopedStorage;
}

/** Runs in the browser, before the library's bundle: signs in, shows it, and renders GraphiQL when that has come. */
export function boot({ createSession, createFetcher, showSession, examplesFor, scopedStorage }: Parts): void {
  const page = window as GraphiqlPage;
  const session = createSession(location.pathname);
  // First of all, so that the secret stands in the address bar as shortly as can be.
  session.takeFromAddress();
  // A link that is opened where the page is open already only changes the part behind the #.
  window.addEventListener('hashchange', () => {
    if (session.takeFromAddress()) location.reload();
  });

  const watchEnd = (state: SessionState) => {
    if (state.kind !== 'in') return;
    // The server says when it is over, not this machine's clock; timers take 24 days at most, so it asks again by then.
    const left = new Date(state.viewer.expiresAt).getTime() - Date.now();
    const wait = left > 0 ? Math.min(left + 1_000, 24 * 60 * 60 * 1_000) : 30_000;
    setTimeout(async () => {
      const now = await session.check();
      if (now.kind !== 'unreachable') showSession(session, now);
      watchEnd(now.kind === 'unreachable' ? state : now);
    }, wait);
  };

  const render = (state: SessionState) => {
    const element = document.getElementById('graphiql');
    const library = page.YogaGraphiQL;
    if (element === null) return;
    if (library === undefined) {
      element.textContent = 'The editor could not be loaded. Reload the page to try again.';
      return;
    }
    page.MonacoEnvironment = { globalAPI: false, getWorkerUrl: (_moduleId, label) => element.dataset[label] ?? '' };
    const named = state.kind === 'in' ? state.viewer.workspaces.filter(({ workspaceId }) => workspaceId !== '*') : [];
    const workspaceId = (named.length === 1 ? named[0]?.workspaceId : undefined) ?? 'demo';
    const subject = state.kind === 'in' ? state.viewer.subject : 'you';
    const credentials = () => {
      const token = session.token();
      return token === undefined ? {} : { authorization: `Bearer ${token}` };
    };
    element.replaceChildren();
    library.renderYogaGraphiQL(element, {
      title: 'GraphiQL',
      logo: '',
      fetcher: createFetcher(location.pathname, credentials),
      defaultTabs: examplesFor(workspaceId, subject),
      storage: scopedStorage(`${subject}@${workspaceId}`),
      // Headers may hold tokens.
      shouldPersistHeaders: false,
      showPersistHeadersSettings: false,
      // Its own would put every query into the address, which this server takes for a request to run it.
      onEditQuery: () => {},
    });
  };

  const loaded = new Promise<void>((resolve) => {
    document.addEventListener('DOMContentLoaded', () => resolve(), { once: true });
  });
  void (async () => {
    const state = await session.check();
    showSession(session, state);
    watchEnd(state);
    await loaded;
    render(state);
  })();
}
