// How long single operations take over HTTP: one caller, each question asked again and again in turn with the others.
import { startService } from '../support/service.mjs';
import { grid, say, shown } from '../support/table.mjs';
import { makeTermIndex } from './indexed.mjs';
import { settings } from './settings.mjs';

const quantile = (sorted, share) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];

/**
 * @param questions { name, query, variables, most, found, otherwise }: `most` milliseconds for the 99th percentile, `found`
 *   what to show of an answer, `otherwise` what about one is as good as being in time, if anything
 */
export async function measureLatency({ data }, title, questions) {
  const { url, rows } = await data.large();
  await makeTermIndex(url);
  const service = await startService(url);
  const times = new Map(questions.map(({ name }) => [name, []]));
  const first = new Map();
  const ask = async ({ name, query, variables }) => {
    const began = performance.now();
    const answer = await service.graphql(query, variables);
    times.get(name).push(performance.now() - began);
    return answer;
  };
  // What the database has to read from its files first is no part of the question.
  for (const question of questions) first.set(question.name, await ask(question));
  for (const list of times.values()) list.length = 0;
  for (let turn = 0; turn < settings.questions; turn += 1) for (const question of questions) await ask(question);
  await service.stop();
  say(`${settings.questions} times each, ${shown(rows)} entries, one caller.`);
  grid(
    title,
    ['', 'found', 'median ms', 'p99 ms', 'at most', 'met'],
    questions.map(({ name, most, found, otherwise }) => {
      const sorted = times.get(name).toSorted((a, b) => a - b);
      const p99 = quantile(sorted, 0.99);
      return [
        name,
        found(first.get(name)),
        shown(quantile(sorted, 0.5)),
        shown(p99),
        shown(most),
        p99 <= most ? 'yes' : (otherwise?.(first.get(name)) ?? 'NO'),
      ];
    }),
  );
}
