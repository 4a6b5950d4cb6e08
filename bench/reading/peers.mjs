// Section peers: a page of 50 over HTTP, the newest and others at any depth half and half, by servers of several kinds.
import { needPackages, newerNodeVersion, versionOf } from '../peers/packages.mjs';
import { takeTurns } from '../support/rounds.mjs';
import { compared, grid, say, shown, table } from '../support/table.mjs';
import { positionsAtRandom } from './positions.mjs';
import { openReaders, pageBody } from './readers.mjs';
import { needSameBytes, needSameEntries } from './same-answers.mjs';
import { serverNames, startServer } from './servers.mjs';
import { settings } from './settings.mjs';

const atLeast = { raw: 0.75, mercurius: 0.9, pothos: 2.5, postgraphile: 1.6 };
const shownAs = {
  ours: 'ours',
  raw: 'node:http and pg',
  mercurius: 'Mercurius',
  pothos: 'Pothos, Yoga and Prisma',
  postgraphile: 'PostGraphile',
};
/** Answers of each server that are compared before anything is measured. */
const comparedPages = 10;

/** The newest page and one of the others in turns. */
const halfAndHalf = (server, positions) =>
  positions.flatMap((position) => [pageBody(server), pageBody(server, position)]);

async function compareAnswers(readers, servers, positions) {
  const answers = {};
  const some = positions.slice(0, comparedPages);
  for (const server of servers) {
    await readers.make({ name: `some of ${server.name}`, server, bodies: halfAndHalf(server, some) });
    answers[server.name] = await readers.read(`some of ${server.name}`);
  }
  const { ours, postgraphile, ...alike } = answers;
  for (const [name, theirs] of Object.entries(alike)) needSameBytes(shownAs[name], ours, theirs);
  needSameEntries(shownAs.postgraphile, ours, postgraphile);
  say(`${2 * some.length} answers compared: the same bytes from all but PostGraphile, the same entries from it too.`);
}

export async function peers({ postgres, data }) {
  needPackages();
  say(
    `Fastify ${versionOf('fastify')} with Mercurius ${versionOf('mercurius')}, PostGraphile ${versionOf('postgraphile')} ` +
      `under Node ${newerNodeVersion()}; Pothos, Yoga, Prisma and pg as the project has them.`,
  );
  const { url } = await data.large();
  const positions = await positionsAtRandom(url, settings.deepPages);
  const servers = [];
  for (const name of serverNames) servers.push(await startServer(name, url));
  const readers = await openReaders(postgres);
  await compareAnswers(readers, servers, positions);
  for (const server of servers) {
    await readers.make({ name: server.name, server, bodies: halfAndHalf(server, positions) });
  }
  const { ours, ...others } = await takeTurns(
    Object.fromEntries(servers.map((server) => [server.name, readers.variant(server.name, server)])),
  );
  await readers.stop();
  for (const server of servers) await server.stop();

  const names = Object.keys(others);
  table(
    `Pages of 50 a second, over ${settings.callers} connections`,
    names.map((name) =>
      compared(`against ${shownAs[name]}`, ours.perSecond, others[name].perSecond, { atLeast: atLeast[name] }),
    ),
  );
  const columns = [
    ['requests a second', ({ perSecond }) => perSecond],
    ['CPU µs of the server', ({ cpu }) => cpu],
    ['CPU µs of PostgreSQL', ({ databaseCpu }) => databaseCpu],
    ['bytes of an answer', ({ bytes }) => bytes],
    ['% of a core: the server', ({ cpu, perSecond }) => (cpu * perSecond) / 1e4],
    ['the client', ({ clientShare }) => clientShare * 100],
    ['PostgreSQL', ({ databaseShare }) => databaseShare * 100],
  ];
  grid(
    'A request of each',
    ['', ...columns.map(([title]) => title)],
    ['ours', ...names].map((name) => [
      shownAs[name],
      ...columns.map(([, figureOf]) => shown(figureOf(name === 'ours' ? ours : others[name]))),
    ]),
  );
}
