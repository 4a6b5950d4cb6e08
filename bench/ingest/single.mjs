// Section single: one caller that waits for each entry before it writes the next.
import { takeTurns } from '../support/rounds.mjs';
import { compared, table } from '../support/table.mjs';
import { openCallers } from './writer-stands.mjs';

export async function single({ postgres }) {
  const stands = await openCallers(postgres, ['library', 'one'], 1);
  const { library, one } = await takeTurns(stands.variants);
  await stands.stop();
  table(
    'logActivity by one caller, and a prepared INSERT over one connection of pg',
    [
      compared('entries a second', library.perSecond, one.perSecond, { atLeast: 0.8 }),
      compared('ms from call to answer, p50', library.p50, one.p50),
      compared('ms from call to answer, p99', library.p99, one.p99),
      compared('CPU µs of the application an entry', library.cpu, one.cpu),
      compared('CPU µs of PostgreSQL an entry', library.databaseCpu, one.databaseCpu),
    ],
    'pg',
  );
}
