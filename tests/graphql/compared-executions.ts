/** What the executor answers, held against what graphql-js answers, over a database with entries. */
import fc from 'fast-check';
import { type ASTNode, type DocumentNode, type ExecutionResult, execute, GraphQLError, parse, validate } from 'graphql';
import { pino } from 'pino';
import { expect } from 'vitest';
import type { AcceptedActivity } from '../../src/core/activity/activity.ts';
import { ActivityLog } from '../../src/core/activity/activity-log.ts';
import { ExportSeals } from '../../src/core/activity/export-ticket.ts';
import { LiveCursors } from '../../src/core/activity/live-cursor.ts';
import type { Role, Viewer } from '../../src/core/activity/visibility.ts';
import { ActivityLogError } from '../../src/errors.ts';
import { createContext, type Services } from '../../src/graphql/context.ts';
import { Executor } from '../../src/graphql/executor.ts';
import { jsonBytes } from '../../src/graphql/json-bytes.ts';
import { toPublicError } from '../../src/graphql/public-error.ts';
import { schema } from '../../src/graphql/schema.ts';
import { WrittenPages } from '../../src/graphql/written-pages.ts';
import { Metrics } from '../../src/metrics.ts';
import { createActivityWriter } from '../../src/storage/activity-writer.ts';
import type { Database } from '../../src/storage/database.ts';
import { createDirectory } from '../../src/storage/directory.ts';
import { readCursorSeal } from '../../src/storage/migrate.ts';
import { openTestPglite } from '../support/databases.ts';
import { distinct, generatedEntry } from '../support/generated-entries.ts';

export interface World {
  database: Database;
  services: Services;
  /** In the workspaces w1, which has a name as its brands b1 and b2 have, and w2, which has none. */
  entries: readonly AcceptedActivity[];
}

/** The caller closes the database. */
export async function openWorld(): Promise<World> {
  const database = await openTestPglite();
  const writer = createActivityWriter(database);
  const services: Services = {
    database,
    activityLog: new ActivityLog({ writer, logger: pino({ level: 'silent' }), metrics: new Metrics() }),
    directory: createDirectory(database),
    liveCursors: new LiveCursors(await readCursorSeal(database)),
    exportSeals: new ExportSeals(await readCursorSeal(database)),
    // Nobody subscribes.
    live: undefined as never,
  };
  // The same each time: an operation that was found can be tried again.
  const entries = distinct(fc.sample(generatedEntry(['w1', 'w2']), { numRuns: 60, seed: 1 }));
  await writer.write(entries);
  await services.directory.nameWorkspace('w1', 'Wörk 🏢');
  for (const id of ['b1', 'b2']) await services.directory.nameBrand({ workspaceId: 'w1', id }, `Brand ${id}`);
  return { database, services, entries };
}

export const viewerOf = (workspaceId: string, role: Role): Viewer => ({
  subject: 'u1',
  grants: new Map([[workspaceId, { role, brandIds: ['b1', 'B1'] }]]),
  expiresAt: new Date(Date.UTC(2030, 0, 1)),
});
export const operator = viewerOf('*', 'operator');

export interface Asked {
  text: string;
  variables?: Record<string, unknown>;
  operationName?: string;
  /** The operator where it is left out; undefined for nobody. */
  viewer?: Viewer | undefined;
}

/** A document that is valid. */
export function documentOf(text: string): DocumentNode {
  const document = parse(text);
  expect(
    validate(schema, document).map(({ message }) => message),
    text,
  ).toEqual([]);
  return document;
}

/** An executor that compiles what it can when it comes for the first time. */
export const atOnce = () => new Executor(schema, { compileFrom: 1 });

/** graphql-jit leaves notes in what it compiles. Where they are in a document, or in one of its operations, it was. */
export const isCompiled = (node: ASTNode): boolean => JSON.stringify(node).includes('"__internal');

/** Compiled code answers in plain objects, graphql-js in ones without a prototype. */
export const isByCode = ({ data }: ExecutionResult): boolean => data != null && Object.getPrototypeOf(data) !== null;

type Run = (document: DocumentNode) => Promise<ExecutionResult>;

/** An operation executed by the executor, and by graphql-js. */
export function runsOf({ services }: World, executor: Executor, asked: Asked): { compiled: Run; plain: Run } {
  const viewer = 'viewer' in asked ? asked.viewer : operator;
  const args = (document: DocumentNode) => {
    const { variables: variableValues, operationName } = asked;
    const contextValue = createContext(services, viewer);
    return { schema, document, variableValues, operationName, contextValue };
  };
  return {
    compiled: async (document) => {
      const asked = args(document);
      asked.contextValue.pages = new WrittenPages();
      return await executor.execute(asked);
    },
    plain: async (document) => await execute(args(document)),
  };
}

/** All that anybody could see of an error. */
function shownOf(error: GraphQLError): object {
  expect(error).toBeInstanceOf(GraphQLError);
  const own = error.originalError instanceof ActivityLogError ? error.originalError : undefined;
  const { error: shown, unexpected } = toPublicError(error);
  return {
    ...error.toJSON(),
    own: own && { code: own.code, field: own.field, message: own.message },
    shown: { ...shown, http: Object.getOwnPropertyDescriptor((shown as GraphQLError).extensions, 'http')?.value },
    unexpected,
  };
}

const pathOf = ({ path }: GraphQLError): string => JSON.stringify(path ?? null);

/** Where the null is that an error has made. */
function placeOf(data: unknown, { path = [] }: GraphQLError): string {
  let at = data;
  const place = path.filter((key) => {
    if (at === null) return false;
    at = (at as Record<string | number, unknown>)[key];
    return true;
  });
  expect(at).toBeNull();
  return JSON.stringify(place);
}

/** Fails unless both say the same. (Where several fields failed below one null, each may tell of others of them.) */
export function expectSame(answer: ExecutionResult, expected: ExecutionResult): void {
  // As text: the order of the fields counts too.
  const text = JSON.stringify(expected.data);
  expect(JSON.stringify(answer.data)).toBe(text);
  if (text !== undefined) expect(jsonBytes(answer.data).toString()).toBe(text);
  const [errors, expectedErrors] = [answer.errors ?? [], expected.errors ?? []];
  if (text === undefined || Math.max(errors.length, expectedErrors.length) < 2) {
    expect(errors.map(shownOf)).toEqual(expectedErrors.map(shownOf));
    return;
  }
  const data: unknown = JSON.parse(text);
  const places = (all: readonly GraphQLError[]) => [...new Set(all.map((error) => placeOf(data, error)))].sort();
  expect(places(errors)).toEqual(places(expectedErrors));
  const shown = new Map(expectedErrors.map((error) => [pathOf(error), shownOf(error)]));
  for (const error of errors) expect(shownOf(error)).toEqual(shown.get(pathOf(error)) ?? expect.anything());
}

/** Fails unless both say the same, also when it comes again. @returns the answer, and whether it was compiled */
export async function compare(
  world: World,
  executor: Executor,
  asked: Asked,
): Promise<{ answer: ExecutionResult; compiled: boolean }> {
  const document = documentOf(asked.text);
  const { compiled, plain } = runsOf(world, executor, asked);
  const [answer, again, expected] = [await compiled(document), await compiled(document), await plain(document)];
  expectSame(answer, expected);
  expectSame(again, expected);
  return { answer, compiled: isCompiled(document) };
}
