// Section callers: an application in which many write at once, one entry a call.
import { takeTurns } from '../support/rounds.mjs';
import { compared, say, table } from '../support/table.mjs';
import { settings } from './settings.mjs';
import { openCallers } from './writer-stands.mjs';

export async function callers({ postgres }) {
  const stands = await openCallers(postgres, ['library', 'prisma', 'pool'], settings.callers);
  const { library, prisma, pool } = await takeTurns(stands.variants);
  await stands.stop();
  say(`${settings.callers} callers in one process, each with one entry under way; Prisma and pg have 10 connections.`);
  const against = (name, peer, limits) => [
    compared(`${name}: entries a second`, library.perSecond, peer.perSecond, limits),
    compared(`${name}: CPU µs of the application an entry`, library.cpu, peer.cpu),
    compared(`${name}: CPU µs of PostgreSQL an entry`, library.databaseCpu, peer.databaseCpu),
    compared(`${name}: ms from call to answer, p50`, library.p50, peer.p50),
    compared(`${name}: ms from call to answer, p99`, library.p99, peer.p99),
  ];
  table(`logActivity by ${settings.callers} callers`, [
    ...against('prisma.activityLog.create', prisma, { atLeast: 8 }),
    ...against('pg, a prepared INSERT a row', pool),
  ]);
}
