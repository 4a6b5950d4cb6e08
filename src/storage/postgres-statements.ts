import { createHash } from 'node:crypto';
import type pg from 'pg';
import type { QueryOptions, Statement } from './database.ts';
import { pgTypes, toParameter } from './row-parsers.ts';

/** A statement as pg takes it. */
export interface PgQuery extends pg.QueryConfig {
  queryMode: 'extended';
  rowMode?: 'array';
  query_timeout?: number;
}

/** @param name what it is prepared under, where it is */
export function toPgQuery({ text, values }: Statement, name?: string): PgQuery {
  return {
    text,
    values: values.map(toParameter),
    types: pgTypes,
    // One statement, as PGlite takes it; without values pg would otherwise allow several.
    queryMode: 'extended',
    ...(name === undefined ? {} : { name }),
  };
}

/** By text; few texts are ever repeated. */
const names = new Map<string, string>();

/** The name that a repeated statement is prepared under, once for each connection. */
function nameOf(text: string): string {
  let name = names.get(text);
  if (name === undefined) {
    name = `activity_log_${createHash('sha256').update(text).digest('hex').slice(0, 32)}`;
    names.set(text, name);
  }
  return name;
}

/** What PostgreSQL says where a prepared statement is not there, or there already: the connection is not ours alone. */
const preparedFailures: ReadonlySet<string> = new Set(['26000', '42P05']);

/** Prepares repeated statements, until it turns out that a pooler between us and the server does not let us. */
export class Preparing {
  #works = true;

  /** False where statements cannot be prepared. */
  get works(): boolean {
    return this.#works;
  }

  async run<Row>(
    statement: Statement,
    { repeated = false, rowMode }: QueryOptions,
    send: (query: PgQuery) => Promise<pg.QueryResult>,
  ): Promise<Row[]> {
    // Once: some kinds of statement put their text together each time.
    const { text, values } = statement;
    const mode = rowMode === 'array' ? { rowMode } : {};
    const name = repeated && this.#works ? nameOf(text) : undefined;
    try {
      return (await send({ ...toPgQuery({ text, values }, name), ...mode })).rows;
    } catch (error) {
      if (name === undefined || !preparedFailures.has((error as { code?: string }).code ?? '')) throw error;
      // A pooler gives every statement another connection.
      this.#works = false;
      return (await send({ ...toPgQuery({ text, values }), ...mode })).rows;
    }
  }
}
