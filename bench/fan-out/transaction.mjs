// Section transaction: what a look for new entries costs beside a transaction that stays open.
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { ofDist } from '../support/dist.mjs';
import { median, takeTurns } from '../support/rounds.mjs';
import { compared, say, shown, table } from '../support/table.mjs';
import { settings } from './settings.mjs';

const looks = 200;
const rowsATransaction = 10_000;

/** Rows as they come from an application that writes them itself. */
const insertRows = (client, label, rows) =>
  client.query(
    `INSERT INTO "ActivityLog" (id, "workspaceId", "entityType", "entityId", "eventKey", message, "actorType", "actorLabel", payload)
      SELECT $1 || '-' || n, 'workspace-' || n % 1000, 'CONTENT', 'content-' || n, 'content.updated', 'Changed', 'WORKER',
        'bench', '{"fields":["title"]}' FROM generate_series(1, $2::int) AS n`,
    [label, rows],
  );

async function commitRows(client, label, rows) {
  for (let done = 0; done < rows; done += rowsATransaction) {
    await insertRows(client, `${label}-${done}`, Math.min(rowsATransaction, rows - done));
  }
}

/** Reads on to the end, as the feed does. @returns the settled position and the entries on the way */
async function settle(source, after) {
  const found = [];
  for (let position = after; ; ) {
    const read = await source.readFeed({ after: position, limit: 500 });
    found.push(...read.entries);
    position = read.position;
    if (read.settled) return { position, found };
  }
}

/** The time of one look, in ms: the median of many, each from the position of the one before. */
async function timeLooks(source, start) {
  let { position } = await settle(source, start);
  const times = [];
  for (let look = 0; look < looks; look += 1) {
    const began = process.hrtime.bigint();
    const read = await source.readFeed({ after: position, limit: 500 });
    times.push(Number(process.hrtime.bigint() - began) / 1e6);
    if (!read.settled || read.entries.length > 0) throw new Error('There was something to read.');
    position = read.position;
  }
  return { took: median(times), position };
}

export async function transaction({ postgres }) {
  const [{ openPostgres }, { createFeedSource }, { migrate }] = await Promise.all([
    import(ofDist('storage/postgres.js')),
    import(ofDist('storage/tail.js')),
    import(ofDist('storage/migrate.js')),
  ]);
  const databaseUrl = await postgres.createDatabase();
  const database = await openPostgres({ url: databaseUrl, statementTimeout: 120_000 });
  await migrate(database);
  const source = createFeedSource(database);
  const [open, others] = [new pg.Client(databaseUrl), new pg.Client(databaseUrl)];
  // Where the section fails, the server ends before they do.
  for (const client of [open, others]) client.on('error', () => {});
  await Promise.all([open.connect(), others.connect()]);
  let round = 0;

  /** Over the rows that are there: the same as in the variant before it. */
  const without = async () => ({ took: (await timeLooks(source, { seen: await source.readSnapshot() })).took });

  /** One row first, then `rows` more of its own; others commit theirs; and it stays open for its time. */
  const beside = (ownRows, othersRows) => async () => {
    round += 1;
    const began = Date.now();
    const start = { seen: await source.readSnapshot() };
    await open.query('BEGIN');
    await insertRows(open, `open-${round}`, 1);
    if (ownRows > 0) await insertRows(open, `own-${round}`, ownRows);
    await commitRows(others, `others-${round}`, othersRows);
    await delay(Math.max(0, began + settings.holdMs - Date.now()));
    // A feed that has read along since the transaction began: it waits for that one alone.
    const seen = await source.readSnapshot();
    const { took, position } = await timeLooks(source, { seen });
    await open.query('COMMIT');
    const { found } = await settle(source, position);
    if (found.length !== ownRows + 1) throw new Error(`${found.length} entries of ${ownRows + 1} came late.`);
    if (othersRows > 0 && start.seen.xmax > position.seen.xmin) throw new Error('The transaction was not open.');
    return { took };
  };

  // Once before it counts: connections are made, and compilers warm up.
  await timeLooks(source, { seen: await source.readSnapshot() });
  const results = await takeTurns({ beside: beside(0, settings.rows), without });
  // Only reported, so once will do.
  const { own } = await takeTurns({ own: beside(settings.rows, 0) }, { rounds: 1 });
  await Promise.all([open.end(), others.end()]);
  await database.close();
  say(
    `${looks} looks a round; transactions open for ${shown(settings.holdMs / 1000)} s; what they wrote was found after.`,
  );
  const rows = settings.rows.toLocaleString('en');
  table(
    'ms of a look for new entries, beside a transaction that stays open',
    [
      compared(`${rows} rows committed since it began`, results.beside.took, results.without.took, { atMost: 2 }),
      compared(`it wrote ${rows} rows itself (one round)`, own.took, results.without.took),
    ],
    'no transaction',
  );
}
