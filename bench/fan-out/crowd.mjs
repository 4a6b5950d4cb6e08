// Many subscribers in a process of their own, on the core of the load.
import { setTimeout as delay } from 'node:timers/promises';
import { startModule, stopProcess } from '../support/children.mjs';
import { loadCore } from '../support/cores.mjs';

/** So many of the sockets are clients of the package ws that check every field. */
const fullClients = 10;

/** A plan of sockets with one subscription each; `variablesOf(index)` are its variables. */
export function planOf(count, variablesOf, options = {}) {
  // Spread over the whole, so that those that are served last are among them.
  const every = Math.max(2, Math.floor(count / fullClients));
  return Array.from({ length: count }, (_, index) => ({
    full: index % every === 0,
    subscriptions: [{ variables: variablesOf(index), ...options }],
  }));
}

export class Crowd {
  #child;
  #calls = new Map();
  #lastCall = 0;
  /** Messages that its subscribers must have counted by now. */
  expected = 0;

  constructor(child, plan) {
    this.#child = child;
    this.subscribers = plan.reduce((sum, { subscriptions }) => sum + subscriptions.length, 0);
    child.on('message', ({ call, answer, error }) => {
      const { resolve, reject } = this.#calls.get(call);
      this.#calls.delete(call);
      if (error === undefined) resolve(answer);
      else reject(new Error(`load clients: ${error}`));
    });
    child.on('exit', () => {
      for (const { reject } of this.#calls.values()) reject(new Error('The load clients have ended.'));
    });
  }

  /**
   * Connects the sockets of a plan to a port and resolves when all have asked for their subscriptions.
   * @param kind graphql, nats or redis
   */
  static async connect({ kind = 'graphql', port, token = 'none', plan, atOnce = 50, core = loadCore }) {
    const { child } = await startModule(core, new URL('load-clients.mjs', import.meta.url));
    const crowd = new Crowd(child, plan);
    const { closed } = await crowd.ask('connect', { kind, port, token, plan, atOnce });
    if (closed > 0) throw new Error(`${closed} sockets were closed while they connected.`);
    return crowd;
  }

  ask(command, options = {}) {
    return new Promise((resolve, reject) => {
      this.#lastCall += 1;
      this.#calls.set(this.#lastCall, { resolve, reject });
      this.#child.send({ call: this.#lastCall, command, ...options });
    });
  }

  /**
   * Sends entries with the number 0 until every subscriber has had one: nothing says of itself that it is live. Waits
   * longer each time: what a slow server has not yet delivered must not pile up.
   */
  async untilLive(probe) {
    for (let quiet = 1_000; quiet < 100_000; quiet *= 2) {
      await probe();
      let live = 0;
      for (let since = Date.now(); Date.now() - since < quiet; ) {
        const report = await this.ask('report');
        if (report.problems > 0) throw new Error(`A subscriber failed: ${report.errors.join(' | ')}`);
        if (report.live >= this.subscribers) return;
        if (report.live > live) since = Date.now();
        live = report.live;
        await delay(50);
      }
    }
    const { live } = await this.ask('report');
    throw new Error(`Only ${live} of ${this.subscribers} subscribers are live.`);
  }

  /** Resolves when so many more messages have been counted. To be called before what causes them. */
  more(count) {
    this.expected += count;
    return withDeadline(this.ask('when', { total: this.expected }), () => this.ask('report'), count);
  }

  /** @throws Error where anything was missing, doubled or wrong */
  async check() {
    const report = await this.ask('report');
    if (report.gaps + report.doubles + report.problems > 0 || report.counted !== this.expected) {
      const { counted, gaps, doubles, errors } = report;
      throw new Error(
        `${counted} messages of ${this.expected}, ${gaps} missing, ${doubles} doubled. ${errors.join(' | ')}`,
      );
    }
    return report;
  }

  async stop() {
    this.#calls.clear();
    await stopProcess(this.#child);
  }
}

/** Messages that never come are a result too; a benchmark that hangs is none. */
async function withDeadline(work, report, count) {
  const patience = 120_000;
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(async () => {
      reject(
        new Error(`${count} messages did not arrive within ${patience / 1000} s: ${JSON.stringify(await report())}`),
      );
    }, patience);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
