// The process that asks for pages over HTTP: requests are made before the clock starts, answers are looked at after it.
import { serve } from '../support/child.mjs';
import { bodyOf, HttpConnection, requestOf } from '../support/http-connection.mjs';

/** What the data of a good answer is, by the kind of the set. */
const kinds = {
  page: ({ timeline }, entries) => timeline.edges.length === entries,
};

const sets = new Map();

function problemOf(answer, isGood) {
  const text = bodyOf(answer);
  if (answer.status !== 200) return `${answer.status} ${text.slice(0, 300)}`;
  const { data, errors } = JSON.parse(text);
  return errors === undefined && isGood(data) ? undefined : text.slice(0, 300);
}

/**
 * Keeps of the answers to each request one of each length and status: all are the same, so that what is kept stands for
 * the others, and hundreds of thousands of pages need not be held.
 */
class Answers {
  #kept = new Map();
  count = 0;
  bytes = 0;

  add(place, answer) {
    this.count += 1;
    this.bytes += answer.data.length - answer.start;
    const seen = this.#kept.get(place);
    if (seen === undefined) this.#kept.set(place, [answer]);
    else if (seen.every(({ data, status }) => data.length !== answer.data.length || status !== answer.status)) {
      seen.push(answer);
    }
  }

  /** @throws Error where one is wrong */
  check(isGood) {
    for (const answer of [...this.#kept.values()].flat()) {
      const problem = problemOf(answer, isGood);
      if (problem !== undefined) throw new Error(`An answer is wrong: ${problem}`);
    }
  }
}

serve({
  /** A set of requests by a name, asked for one after the other, again and again. `entries`: those of each page. */
  make: ({ name, port, token, bodies, kind = 'page', entries }) => {
    const requests = bodies.map((body) => requestOf({ port, token, body: JSON.stringify(body) }));
    sets.set(name, { requests, port, isGood: (data) => kinds[kind](data, entries) });
  },

  /** One answer to each request of a set, as text. */
  read: async ({ name }) => {
    const { requests, port, isGood } = sets.get(name);
    const connection = await HttpConnection.open(port);
    const texts = [];
    for (const request of requests) {
      const answer = await connection.send(request);
      const problem = problemOf(answer, isGood);
      if (problem !== undefined) throw new Error(`An answer of ${name} is wrong: ${problem}`);
      texts.push(bodyOf(answer));
    }
    connection.close();
    return texts;
  },

  /** Sends a set for so long over so many connections, each with one request under way. */
  send: async ({ name, connections, milliseconds }) => {
    const { requests, port, isGood } = sets.get(name);
    const opened = await Promise.all(Array.from({ length: connections }, () => HttpConnection.open(port)));
    const answers = new Answers();
    let last = -1;
    const [began, busy] = [performance.now(), process.cpuUsage()];
    const end = began + milliseconds;
    await Promise.all(
      opened.map(async (connection) => {
        while (performance.now() < end) {
          last = (last + 1) % requests.length;
          const place = last;
          answers.add(place, await connection.send(requests[place]));
        }
      }),
    );
    const seconds = (performance.now() - began) / 1_000;
    const { user, system } = process.cpuUsage(busy);
    for (const connection of opened) connection.close();
    answers.check(isGood);
    const { count, bytes } = answers;
    return { count, seconds, bytes: bytes / count, clientShare: (user + system) / 1e6 / seconds };
  },
});
