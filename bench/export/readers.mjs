// The process that takes exports, over HTTP and by COPY: it counts what comes, and looks at no more of it.
import { once } from 'node:events';
import { request } from 'node:http';
import { to as copyTo } from 'pg-copy-streams';
import { serve } from '../support/child.mjs';
import { openClient } from '../support/database.mjs';

const columns = `"id", "workspaceId", "brandId", "entityType", "entityId", "eventKey", "message", "context", "actorType",
  "actorUserId", "actorLabel", "payload", "visibility", "severity", "createdAt"`;

async function counted(stream) {
  let bytes = 0;
  for await (const chunk of stream) bytes += chunk.length;
  return bytes;
}

const timed = async (work) => {
  const began = process.hrtime.bigint();
  const result = await work();
  return { ...result, seconds: Number(process.hrtime.bigint() - began) / 1e9 };
};

serve({
  copy: async ({ databaseUrl, workspaceId }) => {
    const client = await openClient(databaseUrl);
    try {
      return await timed(async () => {
        const text = `COPY (SELECT ${columns} FROM "ActivityLog" WHERE "workspaceId" = ${client.escapeLiteral(workspaceId)}) TO STDOUT (FORMAT csv)`;
        const stream = client.query(copyTo(text));
        const bytes = await counted(stream);
        return { bytes, entries: stream.rowCount };
      });
    } finally {
      await client.end();
    }
  },
  export: async ({ port, token, workspaceId, format, gzip }) =>
    await timed(async () => {
      const headers = { authorization: `Bearer ${token}`, ...(gzip ? { 'accept-encoding': 'gzip' } : {}) };
      const path = `/export?workspaceId=${workspaceId}&format=${format}`;
      const outgoing = request({ host: '127.0.0.1', port, path, headers });
      outgoing.end();
      const [response] = await once(outgoing, 'response');
      if (response.statusCode !== 200) throw new Error(`The export was refused: ${response.statusCode}.`);
      const sent = await counted(response);
      const { 'activity-log-bytes': bytes, 'activity-log-count': entries } = response.trailers;
      if (!gzip && Number(bytes) !== sent) throw new Error(`${sent} bytes came of ${bytes}.`);
      return { bytes: Number(bytes), entries: Number(entries) };
    }),
});
