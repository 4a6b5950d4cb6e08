// The process that sends requests over HTTP: all of them are made before the clock starts, and checked after it.
import { serve } from '../support/child.mjs';
import { entriesFrom, entryOf } from '../support/entries.mjs';
import { bodyOf, HttpConnection, requestOf } from '../support/http-connection.mjs';

const many = `mutation ($input: [ActivityLogInput!]!) { activityLogMany(input: $input) {
  results { activity { databaseId } duplicate error { code message field } } } }`;
const one = `mutation ($input: ActivityLogInput!) { activityLog(input: $input) { duplicate activity { databaseId } } }`;
const viewer = '{ viewer { subject } }';

const isWritten = ({ activity, duplicate, error }) =>
  typeof activity?.databaseId === 'string' && !duplicate && (error ?? null) === null;

/** How bodies are made and what their answers must be, by kind. `size` is the entries of each. */
const kinds = {
  many: {
    bodyOf: (first, size) => ({ query: many, variables: { input: entriesFrom(first, size) } }),
    isGood: ({ activityLogMany: { results } }, size) => results.length === size && results.every(isWritten),
  },
  one: {
    bodyOf: (first) => ({ query: one, variables: { input: entryOf(first) } }),
    isGood: ({ activityLog }) => isWritten(activityLog),
  },
  viewer: {
    bodyOf: () => ({ query: viewer }),
    isGood: ({ viewer: { subject } }) => typeof subject === 'string',
  },
};

const sets = new Map();

function problemOf(answer, isGood, size) {
  if (answer.status !== 200) return `${answer.status} ${bodyOf(answer).slice(0, 300)}`;
  const text = bodyOf(answer);
  const { data, errors } = JSON.parse(text);
  return errors === undefined && isGood(data, size) ? undefined : text.slice(0, 300);
}

serve({
  /** A set of `count` requests by a name, with `size` entries each, numbered from `first` on. */
  make: ({ name, kind, port, token, first = 0, count, size = 1 }) => {
    const requests = Array.from({ length: count }, (_, index) =>
      requestOf({ port, token, body: JSON.stringify(kinds[kind].bodyOf(first + index * size, size)) }),
    );
    sets.set(name, { requests, port, size, isGood: kinds[kind].isGood });
    return { bytes: requests.reduce((sum, { length }) => sum + length, 0) / count };
  },

  /** Sends all of a set over so many connections, each with one request under way. */
  send: async ({ name, connections }) => {
    const { requests, port, size, isGood } = sets.get(name);
    const opened = await Promise.all(Array.from({ length: connections }, () => HttpConnection.open(port)));
    const answers = [];
    const waiting = requests.values();
    const [began, busy] = [process.hrtime.bigint(), process.cpuUsage()];
    await Promise.all(
      opened.map(async (connection) => {
        for (const request of waiting) answers.push(await connection.send(request));
      }),
    );
    const seconds = Number(process.hrtime.bigint() - began) / 1e9;
    const { user, system } = process.cpuUsage(busy);
    for (const connection of opened) connection.close();
    const problem = answers.map((answer) => problemOf(answer, isGood, size)).find((one) => one !== undefined);
    if (problem !== undefined) throw new Error(`An answer is wrong: ${problem}`);
    if (answers.length !== requests.length) throw new Error(`${answers.length} answers of ${requests.length}.`);
    return { count: requests.length * size, seconds, clientShare: (user + system) / 1e6 / seconds };
  },
});
