/** Who is signed in, as the server says. */
export interface SessionViewer {
  readonly subject: string;
  readonly expiresAt: string;
  readonly workspaces: readonly { readonly workspaceId: string; readonly role: string }[];
}

export type SessionState =
  | { readonly kind: 'in'; readonly viewer: SessionViewer }
  | { readonly kind: 'out' }
  | { readonly kind: 'refused'; readonly message: string }
  | { readonly kind: 'unreachable'; readonly message: string };

export interface Session {
  /** What the requests carry; undefined where nobody is signed in. */
  token(): string | undefined;
  /** Asks the server about the token. One that it refuses is forgotten. */
  check(): Promise<SessionState>;
  /** Asks the server about what was pasted, and keeps it where it is accepted. */
  signIn(pasted: string): Promise<SessionState>;
  signOut(): void;
  /** Takes the token of a `#token=…` link and wipes it from the address bar. True where there was one. */
  takeFromAddress(): boolean;
}

/** Runs in the browser. Keeps the token for this browser tab only; @param endpoint of GraphQL. */
export function createSession(endpoint: string): Session {
  const key = 'activity-log:token';
  const query = '{ viewer { subject expiresAt workspaces { workspaceId role } } }';
  let current: string | undefined;

  const keep = (token: string | undefined) => {
    current = token;
    try {
      if (token === undefined) sessionStorage.removeItem(key);
      else sessionStorage.setItem(key, token);
    } catch {
      // A browser that keeps nothing: the token lives as long as the page.
    }
  };
  try {
    current = sessionStorage.getItem(key) ?? undefined;
  } catch {}

  const ask = async (token: string): Promise<SessionState> => {
    try {
      const response = await fetch(endpoint, {
        method: 'POST',
        headers: { 'content-type': 'application/json', accept: 'application/json', authorization: `Bearer ${token}` },
        body: JSON.stringify({ query }),
      });
      const answer: { data?: { viewer?: SessionViewer } | null; errors?: { message: string }[] } =
        await response.json();
      if (answer.data?.viewer) return { kind: 'in', viewer: answer.data.viewer };
      const message = answer.errors?.[0]?.message ?? `The server answered with ${response.status}.`;
      return { kind: response.status >= 500 ? 'unreachable' : 'refused', message };
    } catch {
      return { kind: 'unreachable', message: 'The server cannot be reached.' };
    }
  };

  return {
    token: () => current,
    async check() {
      if (current === undefined) return { kind: 'out' };
      const state = await ask(current);
      if (state.kind === 'refused') keep(undefined);
      return state;
    },
    async signIn(pasted) {
      // The whole link and the whole header are what people have at hand, too.
      const token = pasted
        .replace(/^.*#token=/s, '')
        .replace(/^\s*Bearer\s/i, '')
        .trim();
      if (!/^[\w-]+\.[\w-]+\.[\w-]*$/.test(token)) {
        return { kind: 'refused', message: 'This is not a token: it has three parts, joined by dots.' };
      }
      const state = await ask(token);
      if (state.kind === 'in') keep(token);
      return state;
    },
    signOut: () => keep(undefined),
    takeFromAddress() {
      const token = new URLSearchParams(location.hash.slice(1)).get('token');
      if (token === null) return false;
      history.replaceState(history.state, '', location.pathname + location.search);
      keep(token);
      return true;
    },
  };
}
