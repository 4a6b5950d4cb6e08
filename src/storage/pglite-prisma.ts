import type { PGlite, QueryOptions, Transaction } from '@electric-sql/pglite';
import type { PrismaPg } from '@prisma/adapter-pg';
import { PrismaPGlite } from 'pglite-prisma-adapter';
import type { PgliteEngine } from './pglite-engine.ts';

type Adapter = Awaited<ReturnType<PrismaPGlite['connect']>>;
/** From adapter-pg, which knows savepoints: pglite-prisma-adapter brings the types of an older Prisma. */
type PrismaTransaction = Awaited<ReturnType<Awaited<ReturnType<PrismaPg['connect']>>['startTransaction']>>;
type IsolationLevel = Parameters<Adapter['startTransaction']>[0];
type Outcome = 'commit' | 'rollback';

/**
 * Prisma over our one PGlite connection: pglite-prisma-adapter for everything but transactions. Its own set the
 * isolation level outside of the transaction, hide an error of COMMIT, do not wait for ROLLBACK and have no savepoints.
 */
export class PrismaOverPglite extends PrismaPGlite {
  readonly #engine: PgliteEngine;

  constructor(engine: PgliteEngine) {
    super(clientFor(engine, engine));
    this.#engine = engine;
  }

  override async connect(): Promise<Adapter> {
    const adapter = await super.connect();
    adapter.startTransaction = (isolationLevel) => startTransaction(this.#engine, isolationLevel);
    return adapter;
  }
}

/** Resolves when the transaction has begun; it holds the connection, from everybody, until its commit or rollback. */
async function startTransaction(engine: PgliteEngine, isolationLevel: IsolationLevel): Promise<PrismaTransaction> {
  return await new Promise((resolve, reject) => {
    const done = engine.transaction(async (transaction) => {
      // PGlite has run BEGIN, and no statement since: here the level still counts.
      if (isolationLevel !== undefined) await transaction.exec(`SET TRANSACTION ISOLATION LEVEL ${isolationLevel}`);
      const queryable = await new PrismaPGlite(clientFor(engine, transaction)).connect();
      const outcome = await new Promise<Outcome>((settle) => {
        const end = async (how: Outcome) => {
          settle(how);
          await done;
        };
        const run = async (statement: string) => void (await transaction.exec(statement));
        resolve({
          provider: queryable.provider,
          adapterName: queryable.adapterName,
          // PGlite sends BEGIN, COMMIT and ROLLBACK; Prisma must not.
          options: { usePhantomQuery: true },
          queryRaw: (query) => queryable.queryRaw(query),
          executeRaw: (query) => queryable.executeRaw(query),
          commit: () => end('commit'),
          rollback: () => end('rollback'),
          createSavepoint: (name) => run(`SAVEPOINT ${name}`),
          rollbackToSavepoint: (name) => run(`ROLLBACK TO SAVEPOINT ${name}`),
          releaseSavepoint: (name) => run(`RELEASE SAVEPOINT ${name}`),
        });
      });
      if (outcome === 'rollback') await transaction.rollback();
    });
    // Before the transaction began this fails the start; afterwards it has failed commit() or rollback() already.
    done.catch(reject);
  });
}

/**
 * `target` with PGlite's own parsers and serializers under those that the adapter asks for: the engine's are storage's. The adapter
 * wants a whole PGlite but calls query() and exec() alone, which a transaction has too.
 */
function clientFor(engine: PgliteEngine, target: PgliteEngine | Transaction): PGlite {
  const { parsers, serializers } = engine.defaults;
  const client: Pick<PGlite, 'query' | 'exec'> = {
    query: async (text, values, options?: QueryOptions) =>
      await target.query(text, values, { ...options, serializers, parsers: { ...parsers, ...options?.parsers } }),
    exec: async (text, options) => await target.exec(text, options),
  };
  return client as PGlite;
}
