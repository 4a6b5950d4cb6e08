// The term index of a data set, made before anything is measured that reads by it.
import { ofDist } from '../support/dist.mjs';
import { say, shown } from '../support/table.mjs';

/** @returns once everything is indexed and merged; says how long that took, and how large it is */
export async function makeTermIndex(databaseUrl) {
  const [{ openPostgres }, { TermIndexer }] = await Promise.all([
    import(ofDist('storage/postgres.js')),
    import(ofDist('storage/term-index/indexer.js')),
  ]);
  const database = await openPostgres({ url: databaseUrl, poolSize: 2, statementTimeout: 600_000 });
  const ask = async (text) => (await database.query({ text, values: [] }))[0];
  const indexed = async () =>
    (await ask(`SELECT coalesce(sum("entries"), 0)::float8 AS n FROM "TermRun" WHERE "ready" AND "retiredAt" IS NULL`))
      .n;
  const before = await indexed();
  const began = performance.now();
  let told = began;
  const indexer = new TermIndexer({ database, window: 16_384, grace: 1 });
  await indexer.catchUp(async () => {
    if (performance.now() - told < 30_000) return;
    told = performance.now();
    process.stderr.write(`  ${shown(await indexed())} entries indexed\n`);
  });
  await indexer.release();
  const seconds = (performance.now() - began) / 1_000;
  const entries = (await indexed()) - before;
  const size = await ask(
    `SELECT pg_total_relation_size('"TermPage"')::float8 / 1048576 AS mb, (SELECT count(*)::int4 FROM "TermRun" WHERE "ready" AND "retiredAt" IS NULL) AS runs`,
  );
  if (entries > 0) say(`${shown(entries)} entries indexed in ${shown(seconds)} s.`);
  say(`The term index takes ${shown(size.mb)} MB in ${size.runs} runs.`);
  await database.close();
}
