// An application that writes: callers of one function, or of one for many, each with one call under way.
import { serve } from '../support/child.mjs';
import { entriesFrom, entryOf, skewedEntryOf } from '../support/entries.mjs';

const roads = {
  library: async () => (await import('./road-library.mjs')).open,
  prisma: async () => (await import('./road-prisma.mjs')).open,
  pool: async () => (await import('./road-pg.mjs')).openPool,
  one: async () => (await import('./road-pg.mjs')).openOne,
  bulk: async () => (await import('./road-bulk.mjs')).open,
};

/** Entries that are made before the clock goes on. */
const madeAtOnce = 20_000;

const now = () => process.hrtime.bigint();
const secondsSince = (began) => Number(now() - began) / 1e9;
let road;

/** Runs so many callers at once. @returns the seconds until the last has ended, and its processor time in µs */
async function together(count, caller) {
  const [began, busy] = [now(), process.cpuUsage()];
  await Promise.all(Array.from({ length: count }, caller));
  const { user, system } = process.cpuUsage(busy);
  return { seconds: secondsSince(began), busy: user + system };
}

function quantiles(milliseconds) {
  const sorted = Float64Array.from(milliseconds).sort();
  const at = (share) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
  return { p50: at(0.5), p99: at(0.99) };
}

serve({
  open: async ({ road: name, databaseUrl }) => {
    const open = await roads[name]();
    road = await open(databaseUrl);
  },

  /** One entry a call, until the time is over or `count` are written. The clock stops while entries are made. */
  write: async ({ callers, first, ms = Number.POSITIVE_INFINITY, count: most = Number.POSITIVE_INFINITY }) => {
    const times = [];
    let [seconds, busy] = [0, 0];
    while (times.length < most && seconds * 1_000 < ms) {
      const waiting = entriesFrom(first + times.length, Math.min(madeAtOnce, most - times.length)).values();
      const deadline = Date.now() + ms - seconds * 1_000;
      const took = await together(callers, async () => {
        for (const entry of waiting) {
          const began = now();
          await road.write(entry);
          times.push(secondsSince(began) * 1_000);
          if (Date.now() >= deadline) break;
        }
      });
      seconds += took.seconds;
      busy += took.busy;
    }
    return { count: times.length, seconds, busy, ...quantiles(times) };
  },

  /** Many entries a call. The clock runs while calls are under way; entries are made before, some batches at a time. */
  writeMany: async ({ writers, first, count, batch, skewed = false }) => {
    const make = skewed ? skewedEntryOf : entryOf;
    const atOnce = 50 * batch;
    let [seconds, busy] = [0, 0];
    for (let done = 0; done < count; done += atOnce) {
      const end = Math.min(done + atOnce, count);
      const batches = [];
      for (let at = done; at < end; at += batch) {
        batches.push(Array.from({ length: Math.min(batch, end - at) }, (_, index) => make(first + at + index)));
      }
      const waiting = batches.values();
      const took = await together(writers, async () => {
        for (const entries of waiting) await road.writeMany(entries);
      });
      seconds += took.seconds;
      busy += took.busy;
    }
    return { count, seconds, busy };
  },
});
