// Section mutation: one entry a request, beside a query that reads nothing, at the same server.
import { takeTurns } from '../support/rounds.mjs';
import { compared, say, table } from '../support/table.mjs';
import { openServiceStand } from './service-stand.mjs';
import { settings, warmUpFirst } from './settings.mjs';

export async function mutation({ postgres }) {
  const { requests: count, callers: connections } = settings;
  const service = await openServiceStand(postgres);
  const warmUpCount = Math.ceil(count / 4);
  await service.make({ name: 'warm one', kind: 'one', first: warmUpFirst, count: warmUpCount });
  await service.make({ name: 'one', kind: 'one', count });
  await service.make({ name: 'warm viewer', kind: 'viewer', count: warmUpCount });
  await service.make({ name: 'viewer', kind: 'viewer', count });
  const { one, viewer } = await takeTurns({
    one: service.variant({ name: 'one', warmUp: 'warm one', connections }),
    viewer: service.variant({ name: 'viewer', warmUp: 'warm viewer', connections, writes: false }),
  });
  await service.stop();
  const alone = { ratio: Number.NaN };
  say(`${count} requests a round over ${connections} connections.`);
  table(
    'activityLog, and { viewer { subject } } of the same server',
    [
      compared('requests a second', one.perSecond, viewer.perSecond, { atLeast: 0.75 }),
      compared('CPU µs of the server a request', one.cpu, viewer.cpu),
      compared('CPU µs of PostgreSQL a request', one.databaseCpu, viewer.databaseCpu, alone),
      compared('% of the core of the load: the client', one.clientShare * 100, viewer.clientShare * 100, alone),
      compared('% of the core of the load: PostgreSQL', one.databaseShare * 100, viewer.databaseShare * 100, alone),
    ],
    'viewer',
  );
}
