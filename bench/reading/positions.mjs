// Places in the timeline of the main workspace that pages are asked behind: { createdAt: ISO text, time, id }.
import { openClient } from '../support/database.mjs';
import { mixed } from '../support/entries.mjs';
import { mainWorkspace } from './rows.mjs';

const columns = `"id", to_char("createdAt", 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS "createdAt"`;
// By the columns: "createdAt" alone would be the text that is selected, which no index has.
const newestFirst = 'ORDER BY "ActivityLog"."createdAt" DESC, "ActivityLog"."id" DESC';
const ends = `SELECT extract(epoch FROM min("createdAt"))::float8 AS "first", extract(epoch FROM max("createdAt"))::float8 AS "last"
  FROM "ActivityLog" WHERE "workspaceId" = $1`;
const atTime = `SELECT ${columns} FROM "ActivityLog" WHERE "workspaceId" = $1 AND "createdAt" <= to_timestamp($2::float8) AT TIME ZONE 'UTC'
  ${newestFirst} LIMIT 1`;
const atDepth = `SELECT ${columns} FROM "ActivityLog" WHERE "workspaceId" = $1 ${newestFirst} OFFSET $2::int LIMIT 1`;

/** The oldest entries are left out: behind each place there is a page. */
const deepest = 0.95;

const positionOf = ({ id, createdAt }) => ({ id, createdAt, time: Date.parse(createdAt) });

async function withClient(databaseUrl, work) {
  const client = await openClient(databaseUrl);
  try {
    await client.query(`SET TIME ZONE 'UTC'`);
    return await work((text, values) => client.query(text, values).then(({ rows }) => rows));
  } finally {
    await client.end();
  }
}

/** Places anywhere, always the same ones. */
export function positionsAtRandom(databaseUrl, count) {
  return withClient(databaseUrl, async (query) => {
    const [{ first, last }] = await query(ends, [mainWorkspace]);
    const positions = [];
    for (let number = 0; number < count; number += 1) {
      const depth = (mixed(number + 1) / 2 ** 32) * deepest;
      const [found] = await query(atTime, [mainWorkspace, last - (last - first) * depth]);
      positions.push(positionOf(found));
    }
    return positions;
  });
}

/** The place so many entries down. */
export function positionAt(databaseUrl, depth) {
  return withClient(databaseUrl, async (query) => {
    const [found] = await query(atDepth, [mainWorkspace, depth]);
    if (found === undefined) throw new Error(`The workspace has no ${depth} entries.`);
    return positionOf(found);
  });
}
