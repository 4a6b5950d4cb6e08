// Work at a steady rate, whatever each piece of it takes.
import { setTimeout as delay } from 'node:timers/promises';

/**
 * Begins `work` so many times a second until the signal; what is late is left out, so that nothing piles up.
 * Resolves when the last piece has ended.
 */
export async function atRate(rate, signal, work) {
  const every = 1_000 / rate;
  const underWay = new Set();
  // Not all at the same moment.
  let due = performance.now() + Math.random() * every;
  while (!signal.aborted) {
    await delay(Math.max(0, due - performance.now()), undefined, { signal }).catch(() => {});
    if (signal.aborted) break;
    due = Math.max(due + every, performance.now() - every);
    const piece = work().finally(() => underWay.delete(piece));
    underWay.add(piece);
  }
  await Promise.all(underWay);
}
