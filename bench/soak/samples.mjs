// What the server takes, looked at once a minute, and whether it takes more and more.
import { readdirSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { processorTime, residentMemory } from '../support/machine.mjs';
import { say, shown } from '../support/table.mjs';

const megabyte = 1024 * 1024;

const columns = [
  ['minute', 'minutes'],
  ['RSS MB', 'rss'],
  ['heap MB', 'heap'],
  ['external MB', 'external'],
  ['handles', 'handles'],
  ['connections', 'connections'],
  ['loop p99 ms', 'loop'],
  ['subscribers', 'subscribers'],
  ['CPU %', 'cpu'],
  ['PostgreSQL CPU %', 'databaseCpu'],
  ['acknowledged', 'acknowledged'],
  ['received', 'received'],
  ['errors', 'errors'],
];

/** What must not grow, and by how much the line through the second half may rise over it: in its unit, or a share. */
const flat = [
  { key: 'rss', name: 'RSS', unit: 'MB', share: 0.1 },
  { key: 'heap', name: 'heap after a collection', unit: 'MB', share: 0.05 },
  { key: 'external', name: 'external memory', unit: 'MB', most: 2 },
  { key: 'ownHandles', name: 'file handles that are no subscribers', unit: '', most: 5 },
  { key: 'connections', name: 'database connections', unit: '', most: 3 },
];

export class Samples {
  #all = [];
  #service;
  #postgres;
  #ledger;
  #began = Date.now();
  #before;

  constructor({ service, postgres, ledger }) {
    this.#service = service;
    this.#postgres = postgres;
    this.#ledger = ledger;
    this.#before = this.#processor();
    say(`| ${columns.map(([title]) => title).join(' | ')} |`);
    say(`|${columns.map(() => '---').join('|')}|`);
  }

  async take() {
    const { pid } = this.#service;
    const now = this.#processor();
    const elapsed = (now.at - this.#before.at) * 10;
    const used = {
      cpu: (now.server - this.#before.server) / elapsed,
      databaseCpu: (now.database - this.#before.database) / elapsed,
    };
    this.#before = now;
    // The loop before the collection, which holds it up: the figure is that of the minute.
    const before = await this.#service.metrics();
    this.#service.signal('SIGUSR2');
    await delay(500);
    const metrics = await this.#service.metrics();
    const { rows } = await this.#postgres.query(
      `SELECT count(*)::int4 AS count FROM pg_stat_activity WHERE application_name LIKE 'activity-log%'`,
    );
    const handles = readdirSync(`/proc/${pid}/fd`).length;
    const sample = {
      minutes: (Date.now() - this.#began) / 60_000,
      rss: residentMemory(pid) / megabyte,
      heap: metrics.nodejs_heap_size_used_bytes / megabyte,
      external: metrics.nodejs_external_memory_bytes / megabyte,
      handles,
      // Guests come and go by chance, each over a socket of its own.
      ownHandles: handles - metrics.activity_log_live_subscribers,
      connections: rows[0].count,
      loop: before.nodejs_eventloop_lag_p99_seconds * 1_000,
      subscribers: metrics.activity_log_live_subscribers,
      ...used,
      acknowledged: this.#ledger.acknowledged,
      received: this.#ledger.received,
      errors: this.#ledger.failures,
    };
    this.#all.push(sample);
    say(`| ${columns.map(([, key]) => shown(sample[key])).join(' | ')} |`);
  }

  /** Says how much each rises over the second half. @returns the names of those that do not stay flat */
  verdict() {
    const half = this.#all.slice(Math.floor(this.#all.length / 2));
    const span = half.at(-1).minutes - half[0].minutes;
    return flat.flatMap(({ key, name, unit, share, most }) => {
      const mean = half.reduce((sum, one) => sum + one[key], 0) / half.length;
      const perMinute = slopeOf(half, key);
      const bound = most ?? mean * share;
      const isFlat = perMinute * span <= bound;
      say(
        `${name}: ${shown(mean)} ${unit} on average over the second half, ${perMinute.toFixed(4)} ${unit} a minute, ` +
          `${(perMinute * span).toFixed(2)} in all, at most ${bound.toFixed(2)}: ${isFlat ? 'flat' : 'NOT FLAT'}`,
      );
      return isFlat ? [] : [name];
    });
  }

  #processor() {
    return { at: Date.now(), server: processorTime(this.#service.pid), database: this.#postgres.processorTime() };
  }
}

/** By least squares, a minute. */
function slopeOf(samples, key) {
  const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [x, y] = [mean(samples.map((one) => one.minutes)), mean(samples.map((one) => one[key]))];
  const covariance = samples.reduce((sum, one) => sum + (one.minutes - x) * (one[key] - y), 0);
  return covariance / samples.reduce((sum, one) => sum + (one.minutes - x) ** 2, 0);
}
