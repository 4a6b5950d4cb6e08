// The peer that does nothing but the page: node:http, a prepared statement, and the answer written by hand. No token is
// checked and no query is read; the text of a payload goes into the answer as it is, which is faster than to parse it and
// to write it again.
import { createServer } from 'node:http';
import pg from 'pg';
import { listen } from './listen.mjs';
import { closeCursor, globalId, openCursor } from './page-cursor.mjs';
import { pageStatement } from './page-statement.mjs';

// As the service has it: left to itself PostgreSQL plans this statement anew each time over a large table.
const options = '-c plan_cache_mode=force_generic_plan';
const pool = new pg.Pool({ connectionString: process.env.BENCH_DATABASE_URL, max: 10, options });
const asText = (text) => text;
const types = { getTypeParser: () => asText };

/** `2026-01-31 12:00:00.5` as ISO 8601 has it, for years of four digits. */
const isoOf = (stamp) => `${stamp.slice(0, 10)}T${stamp.slice(11, 19)}.${stamp.slice(20).padEnd(3, '0')}Z`;

/** Text in which nothing is to be escaped goes between quotes as it is: a look is cheaper than JSON.stringify. */
const plain = /^[ !#-[\]-\ud7ff\ue000-\uffff]*$/;
function textOf(text) {
  if (text === null) return 'null';
  return plain.test(text) ? `"${text}"` : JSON.stringify(text);
}

function edgeOf(row, cursor, iso) {
  return (
    `{"cursor":"${cursor}","node":{"id":"${globalId(row.id)}","databaseId":${textOf(row.id)},` +
    `"workspaceId":${textOf(row.workspaceId)},"brandId":${textOf(row.brandId)},"entityType":"${row.entityType}",` +
    `"entityId":${textOf(row.entityId)},"eventKey":${textOf(row.eventKey)},"message":${textOf(row.message)},` +
    `"context":${textOf(row.context)},"actorType":"${row.actorType}","actorUserId":${textOf(row.actorUserId)},` +
    `"actorLabel":${textOf(row.actorLabel)},"payload":${row.payloadText},"visibility":"${row.visibility}",` +
    `"severity":"${row.severity}","createdAt":"${iso}"}}`
  );
}

async function answerTo(body) {
  const { workspaceId, first, after } = JSON.parse(body).variables;
  const { name, text, values } = pageStatement({
    workspaceId,
    first,
    after: after == null ? undefined : openCursor(after),
  });
  const { rows } = await pool.query({ name, text, values, types });
  // Beside no entry there is a row for the snapshot alone.
  const found = rows[0].id === null ? 0 : Math.min(rows.length, first);
  let edges = '';
  let endCursor = null;
  for (let place = 0; place < found; place += 1) {
    const row = rows[place];
    const iso = isoOf(row.createdAt);
    endCursor = closeCursor(Date.parse(iso), row.id);
    edges += place === 0 ? edgeOf(row, endCursor, iso) : `,${edgeOf(row, endCursor, iso)}`;
  }
  const pageInfo = `{"hasNextPage":${rows.length > first},"endCursor":${textOf(endCursor)}}`;
  return `{"data":{"timeline":{"edges":[${edges}],"pageInfo":${pageInfo}}}}`;
}

const server = createServer((request, response) => {
  const chunks = [];
  request.on('data', (chunk) => chunks.push(chunk));
  request.on('end', async () => {
    try {
      const body = Buffer.from(await answerTo(Buffer.concat(chunks).toString()));
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': body.length });
      response.end(body);
    } catch (error) {
      response.writeHead(500).end(error.stack);
    }
  });
});

listen(server);
