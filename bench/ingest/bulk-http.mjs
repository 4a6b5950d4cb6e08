// Section bulk-http: activityLogMany with 1,000 entries a call, beside COPY of the same rows.
import { takeTurns } from '../support/rounds.mjs';
import { compared, say, shown, table } from '../support/table.mjs';
import { openCopyStand } from './copy-stand.mjs';
import { openServiceStand } from './service-stand.mjs';
import { batchSize, settings, warmUpFirst } from './settings.mjs';

const inFlight = [1, 2, 4];

export async function bulkHttp({ postgres }) {
  const calls = Math.max(1, Math.round(settings.bulkRows / batchSize));
  const warmUpCalls = Math.ceil(calls / 10);
  const service = await openServiceStand(postgres);
  const copy = await openCopyStand(postgres);
  await service.make({ name: 'warm', kind: 'many', first: warmUpFirst, count: warmUpCalls, size: batchSize });
  const { bytes } = await service.make({ name: 'rows', kind: 'many', count: calls, size: batchSize });
  await copy.ask('make', { name: 'warm', first: warmUpFirst, count: warmUpCalls * batchSize });
  const row = await copy.ask('make', { name: 'rows', first: 0, count: calls * batchSize });

  const send = (connections) => service.variant({ name: 'rows', warmUp: 'warm', connections });
  const results = await takeTurns({
    ...Object.fromEntries(inFlight.map((connections) => [connections, send(connections)])),
    batches: copy.variant(false),
    whole: copy.variant(true),
  });
  await service.stop();
  await copy.stop();

  const { batches, whole } = results;
  const faster = batches.perSecond > whole.perSecond ? batches : whole;
  const best = inFlight
    .map((connections) => results[connections])
    .reduce((a, b) => (a.perSecond > b.perSecond ? a : b));
  say(
    `${calls} calls of ${shown(bytes / 1024)} KB a round, ${shown(row.bytes)} bytes a row for COPY. ` +
      `The core of the load at the best: clients ${percent(best.clientShare)}, PostgreSQL ${percent(best.databaseShare)}.`,
  );
  table(
    `activityLogMany of ${shown(batchSize)} entries`,
    [
      compared('rows a second: ours at its best, the faster COPY', best.perSecond, faster.perSecond, { atLeast: 0.5 }),
      ...inFlight.map((connections) =>
        compared(
          `rows a second: ${connections} in flight, COPY of ${shown(batchSize)} rows a transaction`,
          results[connections].perSecond,
          batches.perSecond,
        ),
      ),
      compared('rows a second: ours at its best, COPY of all rows', best.perSecond, whole.perSecond),
      compared('CPU µs of the server or the client an entry', best.cpu, faster.cpu),
      compared('CPU µs of PostgreSQL an entry', best.databaseCpu, faster.databaseCpu),
    ],
    'COPY',
  );
}

const percent = (share) => `${Math.round(share * 100)} %`;
