// Resident memory of a server, once it has stopped changing: as it runs, and with its garbage collected.
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { residentMemory } from '../support/machine.mjs';

/** For the servers whose memory is compared, ours and peers alike. */
export const collectable = ['--expose-gc', '--import', fileURLToPath(new URL('gc-on-signal.mjs', import.meta.url))];

const settled = { samples: 6, every: 500, within: 0.01, atMost: 40 };

/** The memory of a process when it has stayed within 1 % for 3 s, or after 20 s whatever it does. */
async function steadyMemory(pid) {
  const last = [];
  for (let taken = 0; taken < settled.atMost; taken += 1) {
    last.push(residentMemory(pid));
    if (last.length > settled.samples) last.shift();
    if (last.length === settled.samples && Math.max(...last) - Math.min(...last) <= settled.within * last[0]) break;
    await delay(settled.every);
  }
  return last.at(-1);
}

/** At once, with the garbage collected. @param signal sends a signal to the server, which runs with `collectable` */
export async function collectedMemory(pid, signal) {
  // Twice: what the first one finalises is free for the second.
  for (let times = 0; times < 2; times += 1) {
    signal('SIGUSR2');
    await delay(300);
  }
  return residentMemory(pid);
}

/** Both kinds, each when it is steady. */
export async function memoryOf(pid, signal) {
  const running = await steadyMemory(pid);
  await collectedMemory(pid, signal);
  return { running, collected: await steadyMemory(pid) };
}
