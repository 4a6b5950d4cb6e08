// Section depth: does a page take as long in a small timeline as in a large one, and far down as at its beginning?
import { takeTurns } from '../support/rounds.mjs';
import { compared, say, shown, table } from '../support/table.mjs';
import { positionAt } from './positions.mjs';
import { openReaders, pageBody } from './readers.mjs';
import { startServer } from './servers.mjs';
import { settings } from './settings.mjs';

const wantedDepth = 1_000_000;
const atLeast = 0.9;

export async function depth({ postgres, data }) {
  const [large, small] = [await data.large(), await data.small()];
  // As far down as a million is in ten millions: the main workspace, with half of them, goes on behind it.
  const down = Math.min(wantedDepth, Math.floor(large.rows / 10));
  if (down < wantedDepth) say(`Too few entries for a depth of ${shown(wantedDepth)}: ${shown(down)}.`);
  const position = await positionAt(large.url, down);
  const [inLarge, inSmall] = [await startServer('ours', large.url), await startServer('ours', small.url)];
  const readers = await openReaders(postgres);
  await readers.make({ name: 'large', server: inLarge, bodies: [pageBody(inLarge)] });
  await readers.make({ name: 'small', server: inSmall, bodies: [pageBody(inSmall)] });
  await readers.make({ name: 'deep', server: inLarge, bodies: [pageBody(inLarge, position)] });
  const found = await takeTurns({
    large: readers.variant('large', inLarge),
    small: readers.variant('small', inSmall),
    deep: readers.variant('deep', inLarge),
  });
  await readers.stop();
  for (const server of [inLarge, inSmall]) await server.stop();

  const lines = (ours, peer) => [
    compared('requests a second', ours.perSecond, peer.perSecond, { atLeast }),
    compared('CPU µs of the server a request', ours.cpu, peer.cpu),
    compared('CPU µs of PostgreSQL a request', ours.databaseCpu, peer.databaseCpu),
    compared('bytes of an answer', ours.bytes, peer.bytes),
  ];
  table(
    `The first page of ${shown(large.rows)} entries, and of ${shown(small.rows)}`,
    lines(found.large, found.small),
    `${shown(small.rows)} entries`,
  );
  table(
    `The page ${shown(down)} entries down, and the first, over ${settings.callers} connections`,
    lines(found.deep, found.large),
    'first page',
  );
}
