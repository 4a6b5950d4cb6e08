// The servers that give the same page: the service, and those that it is measured against.

import { newerNode } from '../peers/packages.mjs';
import { closeCursor } from '../peers/page-cursor.mjs';
import { startModule, stopProcess } from '../support/children.mjs';
import { serverCore } from '../support/cores.mjs';
import { startService } from '../support/service.mjs';
import { pageQuery, postgraphilePageQuery } from './page-query.mjs';

const ourCursorOf = ({ time, id }) => closeCursor(time, id);

async function startPeer(file, databaseUrl, node) {
  const { child, ready } = await startModule(serverCore, new URL(`../peers/${file}`, import.meta.url), {
    node,
    env: { BENCH_DATABASE_URL: databaseUrl, NODE_ENV: 'production', GRAPHILE_ENV: 'production' },
  });
  return { pid: child.pid, port: ready.port, token: 'none', stop: () => stopProcess(child) };
}

/** PostGraphile's cursor says by what is ordered, in a hash that only it knows; the rest is the entry's place. */
async function learnCursors({ port }) {
  const variables = { workspaceId: 'workspace-main', first: 1 };
  const answer = await fetch(`http://127.0.0.1:${port}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query: postgraphilePageQuery, variables }),
  });
  const { edges } = (await answer.json()).data.timeline;
  const [order] = JSON.parse(Buffer.from(edges[0].cursor, 'base64').toString());
  const cursorOf = ({ createdAt, id }) =>
    Buffer.from(JSON.stringify([order, createdAt.replace('Z', '000'), id])).toString('base64');
  const { createdAt, rowId } = edges[0].node;
  if (cursorOf({ createdAt: new Date(`${createdAt}Z`).toISOString(), id: rowId }) !== edges[0].cursor) {
    throw new Error('The cursors of PostGraphile are not what they were.');
  }
  return cursorOf;
}

const starters = {
  ours: async (databaseUrl) => ({ ...(await startService(databaseUrl)), query: pageQuery, cursorOf: ourCursorOf }),
  raw: async (databaseUrl) => ({
    ...(await startPeer('raw.mjs', databaseUrl)),
    query: pageQuery,
    cursorOf: ourCursorOf,
  }),
  mercurius: async (databaseUrl) => ({
    ...(await startPeer('mercurius.mjs', databaseUrl)),
    query: pageQuery,
    cursorOf: ourCursorOf,
  }),
  pothos: async (databaseUrl) => ({
    ...(await startPeer('pothos-yoga-prisma.mjs', databaseUrl)),
    query: pageQuery,
    cursorOf: ourCursorOf,
  }),
  postgraphile: async (databaseUrl) => {
    const server = await startPeer('postgraphile.mjs', databaseUrl, newerNode());
    return { ...server, query: postgraphilePageQuery, cursorOf: await learnCursors(server) };
  },
};

export const serverNames = Object.keys(starters);

/** @returns { name, pid, port, token, query, cursorOf, stop } */
export async function startServer(name, databaseUrl) {
  return { name, ...(await starters[name](databaseUrl)) };
}
