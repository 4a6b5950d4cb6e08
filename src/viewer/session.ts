import { type ActivityLogClient, ActivityLogClientError, createActivityLogClient } from '../client/client.ts';
import { SignedInViewerDocument, type SignedInViewerQuery } from '../client/generated/graphql.ts';

/** Who is signed in, as the service says. */
export type SignedIn = SignedInViewerQuery['viewer'];
export type Role = SignedIn['workspaces'][number]['role'];

/** What somebody may do in a workspace; where they have one only, also before it is chosen. */
export function roleIn({ workspaces }: SignedIn, workspaceId: string | undefined): Role | undefined {
  const grant =
    workspaces.find((one) => one.workspaceId === workspaceId) ?? workspaces.find((one) => one.workspaceId === '*');
  return (grant ?? (workspaces.length === 1 ? workspaces[0] : undefined))?.role;
}

/** checking -> in | out | unreachable; in -> out, when the token ends or is given up. */
export type SessionState =
  | { readonly kind: 'checking' }
  | { readonly kind: 'in'; readonly viewer: SignedIn; readonly client: ActivityLogClient }
  /** `reason`: why a token that was there is not any more. */
  | { readonly kind: 'out'; readonly reason?: string }
  | { readonly kind: 'unreachable'; readonly failure: ActivityLogClientError };

/** Why a token was not taken: it is none, nobody could be asked, or the words of the service. */
export type Refusal = 'not a token' | ActivityLogClientError | (string & {});

/** Also GraphiQL's: signed in at one, signed in at the other. */
const key = 'activity-log:token';

/** A browser may keep nothing: then the token lives as long as the page. */
function withStorage<T>(use: (storage: Storage) => T): T | undefined {
  try {
    return use(sessionStorage);
  } catch {
    return undefined;
  }
}

/** The token itself, of a whole link, a whole header or the token: what people have at hand. */
function tokenIn(pasted: string): string | undefined {
  const token = pasted
    .replace(/^.*#token=/s, '')
    .replace(/^\s*Bearer\s/i, '')
    .trim();
  return /^[\w-]+\.[\w-]+\.[\w-]*$/.test(token) ? token : undefined;
}

/** Who is signed in on this page. Keeps the token for this browser tab only. */
export class Session {
  readonly #service: URL;
  readonly #listeners = new Set<() => void>();
  #token: string | undefined;
  #state: SessionState = { kind: 'checking' };

  /** @param service whose `/graphql` is asked */
  constructor(service: URL) {
    this.#service = service;
    this.#token = withStorage((storage) => storage.getItem(key)) ?? undefined;
  }

  get state(): SessionState {
    return this.#state;
  }

  /** Calls when `state` is another one. Returns what ends that. */
  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** Takes the token of a `#token=…` link and wipes it from the address bar. True where there was one. */
  takeFromAddress(): boolean {
    const token = new URLSearchParams(location.hash.slice(1)).get('token');
    if (token === null) return false;
    history.replaceState(history.state, '', location.pathname + location.search);
    this.#keep(token);
    return true;
  }

  /** Asks the service about the token. One that it refuses is forgotten. */
  async check(): Promise<void> {
    const token = this.#token;
    if (token === undefined) return this.#become({ kind: 'out' });
    this.#become({ kind: 'checking' });
    const state = await this.#ask(token);
    if (token !== this.#token) return;
    if (state.kind === 'out') this.#keep(undefined);
    this.#become(state);
  }

  /** Signs in with what was pasted. Resolves with why it is refused, or undefined. */
  async signIn(pasted: string): Promise<Refusal | undefined> {
    const token = tokenIn(pasted);
    if (token === undefined) return 'not a token';
    const state = await this.#ask(token);
    if (state.kind === 'unreachable') return state.failure;
    if (state.kind !== 'in') return state.kind === 'out' ? state.reason : undefined;
    this.#keep(token);
    this.#become(state);
    return undefined;
  }

  /** @param reason where it was not the person's own will */
  signOut(reason?: string): void {
    this.#keep(undefined);
    this.#become(reason === undefined ? { kind: 'out' } : { kind: 'out', reason });
  }

  async #ask(token: string): Promise<SessionState> {
    const client = createActivityLogClient({ url: this.#service, token });
    try {
      const { viewer } = await client.request(SignedInViewerDocument, {});
      return { kind: 'in', viewer, client };
    } catch (error) {
      if (!(error instanceof ActivityLogClientError)) throw error;
      if (error.code === 'UNAUTHENTICATED') return { kind: 'out', reason: error.message };
      return { kind: 'unreachable', failure: error };
    }
  }

  #keep(token: string | undefined): void {
    this.#token = token;
    withStorage((storage) => (token === undefined ? storage.removeItem(key) : storage.setItem(key, token)));
  }

  #become(state: SessionState): void {
    // Ends the live connection, too.
    if (this.#state.kind === 'in') void this.#state.client.close();
    this.#state = state;
    for (const listener of this.#listeners) listener();
  }
}
