// Sections throughput and bursts: messages to many sockets, one entry a flush, and sixteen in one transaction.

import { takeTurns } from '../support/rounds.mjs';
import { compared, say, table } from '../support/table.mjs';
import { closedLoop } from './closed-loop.mjs';
import { resized } from './message-template.mjs';
import { settings } from './settings.mjs';
import { openOurs, openPeer } from './stands.mjs';

async function measure(postgres, size, peerNames) {
  // Once before it counts: compilers warm up.
  const warmUp = (stand) => closedLoop(stand, { size, ms: settings.roundMs / 4 });
  const ours = await openOurs(postgres, settings.sockets);
  const template = resized(ours.template, (await warmUp(ours)).size);
  const stands = [ours];
  for (const name of peerNames) stands.push(await openPeer(name, template, settings.sockets));
  for (const stand of stands.slice(1)) await warmUp(stand);
  const loop = (stand) => () => closedLoop(stand, { size, ms: settings.roundMs });
  const results = await takeTurns(Object.fromEntries(stands.map((stand) => [stand.name, loop(stand)])));
  for (const stand of stands) await stand.stop();
  const bytes = Object.entries(results).map(([name, { size: of }]) => `${name} ${of.toFixed(1)}`);
  say(`${settings.sockets} sockets, ${size} an entry's flush; bytes a message: ${bytes.join(', ')}`);
  return results;
}

export async function throughput({ postgres, findings }) {
  const { ours, raw, stock } = await measure(postgres, 1, ['raw', 'stock']);
  findings.perSecond = ours.perSecond;
  table('Throughput, one entry a flush', [
    compared('raw ws: messages per CPU second', 1e6 / ours.cpu, 1e6 / raw.cpu, { atLeast: 0.9 }),
    compared('raw ws: CPU µs a message', ours.cpu, raw.cpu),
    compared('raw ws: messages a second by the clock', ours.perSecond, raw.perSecond),
    compared('stock: messages per CPU second', 1e6 / ours.cpu, 1e6 / stock.cpu, { atLeast: 4 }),
    compared('stock: CPU µs a message', ours.cpu, stock.cpu),
    compared('stock: messages a second by the clock', ours.perSecond, stock.perSecond),
  ]);
}

export async function bursts({ postgres }) {
  const { ours, raw } = await measure(postgres, 16, ['raw']);
  table('Bursts of 16 entries in one transaction', [
    compared('raw ws: messages per CPU second', 1e6 / ours.cpu, 1e6 / raw.cpu, { atLeast: 5 }),
    compared('raw ws: CPU µs a message', ours.cpu, raw.cpu),
    compared('raw ws: messages a second by the clock', ours.perSecond, raw.perSecond),
  ]);
}
