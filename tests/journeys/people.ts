import fc from 'fast-check';
import { SignJWT } from 'jose';
import { afterAll, beforeAll, expect } from 'vitest';
import type { Config } from '../../src/config.ts';
import type { AcceptedActivity } from '../../src/core/activity/activity.ts';
import type { Role } from '../../src/core/activity/visibility.ts';
import type { Database } from '../../src/storage/database.ts';
import { openPostgres } from '../../src/storage/postgres.ts';
import { createTestDatabase, openTestPglite, type TestDatabase } from '../support/databases.ts';
import { distinct, entryOf, generatedEntry } from '../support/generated-entries.ts';
import { startTestServer, type TestServer } from '../support/server.ts';

/** Workspaces stand for `{run}-w1` and so on; w3 has no name and nothing but SYSTEM entries. */
export type Grants = Record<string, { role: Role; brands?: string[] }>;
const viewers: Record<string, Grants> = {
  'an operator of everything': { '*': { role: 'operator' } },
  'an operator of one workspace': { w1: { role: 'operator' } },
  'an admin of everything': { '*': { role: 'admin' } },
  'an admin of one workspace': { w1: { role: 'admin' } },
  'a client of one brand': { w1: { role: 'client', brands: ['b1'] } },
  'a client of several brands': { w1: { role: 'client', brands: ['b1', 'b%'] } },
  'a client of no brand': { w1: { role: 'client', brands: [] } },
  'a client everywhere, an admin here': { '*': { role: 'client', brands: ['b1'] }, w2: { role: 'admin' } },
  'a writer': { w1: { role: 'writer' } },
  'somebody else': { w9: { role: 'operator' } },
};
export const brandIds = ['b1', 'b2', 'B1', 'b%', "b'\\"];
export const gid = (type: string, id: string) => Buffer.from(`${type}:${id}`).toString('base64');

const page =
  'edges { node { databaseId message context actorUserId payload } } pageInfo { startCursor endCursor hasNextPage hasPreviousPage } count { value exact }';
export const timeline = `query ($w: String!, $filter: ActivityFilter, $after: String, $before: String) {
  timeline(workspaceId: $w, filter: $filter, first: 200, after: $after, before: $before) { ${page} } }`;
export const workspace = `query ($w: String!, $filter: ActivityFilter) {
  workspace(id: $w) { databaseId name brands { databaseId name } timeline(first: 200, filter: $filter) { ${page} } } }`;
export const brand = `query ($w: String!, $b: String!, $filter: ActivityFilter) {
  brand(workspaceId: $w, id: $b) { databaseId name workspace { databaseId } timeline(first: 200, filter: $filter) { ${page} } } }`;
export const nodes = `query ($ids: [ID!]!) { nodes(ids: $ids) { __typename id ... on ActivityLog { databaseId message context actorUserId } } }`;
export const node = `query ($id: ID!) { node(id: $id) { __typename id } }`;
export const log = `mutation ($input: ActivityLogInput!) { activityLog(input: $input) { duplicate activity { databaseId message context actorUserId } } }`;
export const logMany = `mutation ($input: [ActivityLogInput!]!) { activityLogMany(input: $input) { results { duplicate activity { databaseId message } error { code message field } } } }`;
const added = `subscription ($w: String!, $filter: ActivityFilter, $after: String) {
  activityAdded(workspaceId: $w, filter: $filter, after: $after) { activity { databaseId message context actorUserId } } }`;

export interface Shown {
  databaseId: string;
  context: string | null;
  actorUserId: string | null;
}
export interface Connection {
  edges: { node: Shown }[];
  count: { value: number };
}

/** What came of a request for an export. */
export interface Fetched {
  status: number;
  /** That it can be gone on with; empty where it was refused. */
  ticket: string;
  text: string;
}

export const generated = fc.array(generatedEntry(['w1', 'w2']), { minLength: 12, maxLength: 24 });
let runs = 0;

/** One viewer in one run, and all that it was ever told. */
export class Person {
  readonly told: string[] = [];
  readonly subject: string;
  readonly grants: Grants;
  readonly #server: TestServer;
  #token = '';
  constructor(server: TestServer, run: number, grants: Grants) {
    this.#server = server;
    this.subject = `u${run}`;
    this.grants = Object.fromEntries(
      Object.entries(grants).map(([w, grant]) => [w === '*' ? w : `${run}-${w}`, grant]),
    );
  }
  async token(): Promise<string> {
    this.#token ||= await new SignJWT({ activity: { workspaces: this.grants } })
      .setProtectedHeader({ alg: 'HS256' })
      .setSubject(this.subject)
      .setExpirationTime('1h')
      .sign(this.#server.secret);
    return this.#token;
  }
  async ask(query: string, variables: object) {
    const answer = await this.#server.graphql(query, variables, await this.token());
    this.told.push(JSON.stringify(answer));
    return answer;
  }
  /** `GET /export` with these parameters. */
  async export(parameters: Record<string, string>): Promise<Fetched> {
    const headers = { authorization: `Bearer ${await this.token()}` };
    return await this.#fetch(`/export?${new URLSearchParams(parameters)}`, headers);
  }
  /** A link as `activityExport` gives it, without a token. */
  async open(path: string): Promise<Fetched> {
    return await this.#fetch(path, {});
  }
  async #fetch(path: string, headers: Record<string, string>): Promise<Fetched> {
    const response = await fetch(`${this.#server.url}${path}`, { headers });
    const text = await response.text();
    this.told.push(text);
    return { status: response.status, ticket: response.headers.get('activity-log-export') ?? '', text };
  }
  grantIn(workspaceId: string) {
    return this.grants[workspaceId] ?? this.grants['*'];
  }
  reads(workspaceId: string): boolean {
    return !['writer', undefined].includes(this.grantIn(workspaceId)?.role);
  }
  /** The contract's table. */
  sees(entry: AcceptedActivity): boolean {
    const grant = this.grantIn(entry.workspaceId);
    if (grant?.role === 'client')
      return entry.visibility === 'CLIENT' && (grant.brands ?? []).some((id) => id === entry.brandId);
    return grant?.role === 'operator' || (grant?.role === 'admin' && entry.visibility !== 'SYSTEM');
  }
  /** Up to and with the entry `last`. */
  async follow(workspaceId: string, after: string, last: string): Promise<Shown[]> {
    const client = this.#server.socket(await this.token());
    const got: Shown[] = [];
    for await (const { data, errors } of client.iterate<{ activityAdded: { activity: Shown } }>({
      query: added,
      variables: { w: workspaceId, after },
    })) {
      if (errors || !data) throw new Error(JSON.stringify(errors));
      this.told.push(JSON.stringify(data));
      got.push(data.activityAdded.activity);
      if (got.at(-1)?.databaseId === last) break;
    }
    await client.dispose();
    return got;
  }
  async subscribeInVain(variables: object): Promise<unknown> {
    const client = this.#server.socket(await this.token());
    const [first] = await Promise.all([client.iterate({ query: added, variables: { ...variables } }).next()]);
    await client.dispose();
    this.told.push(JSON.stringify(first));
    return first.value;
  }
}

/** Asks the same question about the one and the other: the same answer, but for the id asked. */
export async function expectAlike(
  name: string,
  asked: readonly [hidden: string, missing: string],
  question: (id: string) => Promise<unknown>,
): Promise<void> {
  const [hidden, missing] = await Promise.all(
    asked.map(async (id) => {
      const text = JSON.stringify(await question(id));
      const ids = [id, gid('Workspace', id), gid('Brand', JSON.stringify([id, 'b1']))];
      return ids.reduce((rest, one) => rest.replaceAll(one, '<id>'), text);
    }),
  );
  expect([name, asked[0], hidden]).toEqual([name, asked[0], missing]);
}

/** Entries in this run's workspaces, each with words of its own, w3's behind a sentinel's back. */
export function worldOf(server: TestServer, entries: AcceptedActivity[]) {
  runs += 1;
  const [w1, w2, w3] = ['w1', 'w2', 'w3'].map((w) => `${runs}-${w}`) as [string, string, string];
  const hidden = [
    entryOf({ id: '', workspaceId: 'w3', visibility: 'SYSTEM', brandId: 'b1' }),
    entryOf({ id: '', workspaceId: 'w1', visibility: 'SYSTEM', brandId: 'b-system' }),
  ];
  const all = distinct([...entries, ...hidden]).map((entry) => {
    const id = `${runs}.${entry.id}.`;
    const words = { message: `m${id}`, context: `c${id}`, actorUserId: `u${id}`, idempotencyKey: `k${id}` };
    return { ...entry, ...words, id, workspaceId: `${runs}-${entry.workspaceId}` };
  });
  const sentinels = [w1, w2].map((workspaceId) =>
    entryOf({ id: `end-${workspaceId}`, workspaceId, visibility: 'CLIENT', brandId: 'b1' }),
  );
  const people = Object.entries(viewers).map(([name, grants]) => ({ name, person: new Person(server, runs, grants) }));
  return { run: runs, w1, w2, w3, all, sentinels, people };
}
/** Not a word of a hidden entry, and for clients none of what only others see, was in anything it was told. */
export function tellsNothing(name: string, person: Person, all: readonly AcceptedActivity[]): void {
  const told = person.told.join('\n');
  for (const entry of all) {
    const isClient = person.grantIn(entry.workspaceId)?.role === 'client';
    const secrets = person.sees(entry)
      ? isClient
        ? [entry.context, entry.actorUserId]
        : []
      : [entry.message, entry.context, entry.actorUserId];
    for (const secret of secrets) expect([name, secret, told.includes(secret ?? '?')]).toEqual([name, secret, false]);
  }
}

/** In a suite: a server over a database of the kind, for as long as the suite runs. */
export function useServer(
  kind: 'pglite' | 'postgres',
  overrides: Partial<Config> = {},
): { server: TestServer; database: Database } {
  const parts = {} as { server: TestServer; database: Database };
  let own: TestDatabase | undefined;
  beforeAll(async () => {
    if (kind === 'postgres') own = await createTestDatabase();
    parts.database =
      own === undefined ? await openTestPglite() : await openPostgres({ url: own.url, applicationName: 'journey' });
    parts.server = await startTestServer(parts.database, overrides);
  });
  afterAll(async () => {
    await parts.server.close();
    await own?.drop();
  });
  return parts;
}
