// What the entries are made of: commits of real projects where their file is there, else some that look like them.
import { existsSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';

const file = process.env.BENCH_DATA ?? new URL('../../../shared/data/repository-history.jsonl.gz', import.meta.url);

const isThere = existsSync(file);

export const historyShown = isThere
  ? 'commits of real projects'
  : 'generated commits (the file of real ones is missing)';

/** Commits as { repository, commit, at, author, bot, subject, files: [{ path, added, deleted }] }, oldest first. */
export function readHistory() {
  return isThere ? recorded() : generated();
}

function recorded() {
  const lines = gunzipSync(readFileSync(file)).toString().split('\n');
  const commits = lines.filter((line) => line !== '').map((line) => JSON.parse(line));
  return commits.sort((a, b) => a.at - b.at);
}

const words =
  'add fix remove the a test for of in update types plugin docs handler query cache error when with to'.split(' ');

/** The same ones every time. */
function generated() {
  let state = 1;
  const below = (limit) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * limit);
  };
  const hex = (digits) => Array.from({ length: digits }, () => below(16).toString(16)).join('');
  const sentence = () => Array.from({ length: 3 + below(9) }, () => words[below(words.length)]).join(' ');
  // Few files are changed often.
  const path = () => `packages/${words[below(8)]}/src/${words[below(words.length)]}/file-${below(1 + below(150))}.ts`;
  const changed = (path) => ({ path, added: below(90), deleted: below(40) });
  return Array.from({ length: 11_000 }, (_, index) => ({
    repository: `project-${below(1 + below(8))}`,
    commit: hex(40),
    at: 1_450_000_000 + index * 25_000,
    author: `u_${hex(8)}`,
    bot: below(20) === 0,
    subject: sentence(),
    files: Array.from(new Set(Array.from({ length: 1 + below(5) }, path)), changed),
  }));
}
