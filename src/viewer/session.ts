import { type ActivityLogClient, ActivityLogClientError, createActivityLogClient } from '../client/client.ts';
import { SignedInViewerDocument } from '../client/generated/graphql.ts';
import { TokenGate } from './embedding/token-gate.ts';
import type { SignedIn } from './role.ts';

/**
 * checking -> in | out | unreachable; in -> out, when it is given up. A token that ends leaves everything where it is:
 * the gate has ended then, and somebody who signs in again goes on from there.
 */
export type SessionState =
  | { readonly kind: 'checking' }
  | { readonly kind: 'in'; readonly viewer: SignedIn; readonly client: ActivityLogClient; readonly gate: TokenGate }
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

/** True where it makes no difference to what is on the page who of them looks at it. */
const areTheSame = (one: SignedIn, other: SignedIn): boolean =>
  JSON.stringify([one.subject, one.workspaces]) === JSON.stringify([other.subject, other.workspaces]);

type Answer =
  | { readonly kind: 'in'; readonly viewer: SignedIn }
  | Extract<SessionState, { kind: 'out' | 'unreachable' }>;

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
    if (this.#state.kind !== 'in') this.#become({ kind: 'checking' });
    const answer = await this.#ask(token);
    if (token !== this.#token) return;
    if (answer.kind === 'in') return this.#enter(token, answer.viewer);
    if (answer.kind === 'out') this.#keep(undefined);
    this.#become(answer);
  }

  /** Signs in with what was pasted. Resolves with why it is refused, or undefined. */
  async signIn(pasted: string): Promise<Refusal | undefined> {
    const token = tokenIn(pasted);
    if (token === undefined) return 'not a token';
    const answer = await this.#ask(token);
    if (answer.kind === 'unreachable') return answer.failure;
    if (answer.kind === 'out') return answer.reason;
    this.#enter(token, answer.viewer);
    return undefined;
  }

  /** @param reason where it was not the person's own will */
  signOut(reason?: string): void {
    this.#keep(undefined);
    this.#become(reason === undefined ? { kind: 'out' } : { kind: 'out', reason });
  }

  async #ask(token: string): Promise<Answer> {
    const client = createActivityLogClient({ url: this.#service, token });
    try {
      return { kind: 'in', viewer: (await client.request(SignedInViewerDocument, {})).viewer };
    } catch (error) {
      if (!(error instanceof ActivityLogClientError)) throw error;
      if (error.code === 'UNAUTHENTICATED') return { kind: 'out', reason: error.message };
      return { kind: 'unreachable', failure: error };
    }
  }

  #enter(token: string, viewer: SignedIn): void {
    this.#keep(token);
    if (this.#state.kind === 'in' && areTheSame(this.#state.viewer, viewer)) {
      const { gate } = this.#state;
      this.#become({ ...this.#state, viewer });
      gate.offer(token);
      return;
    }
    const gate = new TokenGate(token);
    // A reload has nothing to begin with.
    gate.subscribe(() => gate.ended !== undefined && this.#keep(undefined));
    const client = createActivityLogClient({ url: this.#service, token: gate.give });
    this.#become({ kind: 'in', viewer, client, gate });
  }

  #keep(token: string | undefined): void {
    this.#token = token;
    withStorage((storage) => (token === undefined ? storage.removeItem(key) : storage.setItem(key, token)));
  }

  #become(state: SessionState): void {
    const before = this.#state;
    this.#state = state;
    // Ends the live connection, too.
    if (before.kind === 'in' && !(state.kind === 'in' && state.client === before.client)) void before.client.close();
    for (const listener of this.#listeners) listener();
  }
}
