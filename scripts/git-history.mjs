// Maps the git history of a repository to entries of the activity log. Types: git-history.d.mts.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';

/** The most commits that are read: the newest. */
export const mostCommits = 20_000;

const mark = '\u0001';
// One NUL behind each field; --raw says what was done to a file, --numstat how many lines.
const logArguments = ['log', '--raw', '--numstat', '-z', '--no-abbrev', `--max-count=${mostCommits}`, '--reverse'];
const format = `--format=${mark}%H%x00%aI%x00%aN%x00%aE%x00%s`;

const fileEvents = { A: 'file.added', D: 'file.deleted', R: 'file.renamed', C: 'file.copied' };

/** At most so many characters, cut with an ellipsis: at the end, or, for paths, in front. */
const cut = (text, most) =>
  Array.from(text).length <= most
    ? text
    : `${Array.from(text)
        .slice(0, most - 1)
        .join('')}…`;
const cutFront = (text, most) =>
  Array.from(text).length <= most
    ? text
    : `…${Array.from(text)
        .slice(1 - most)
        .join('')}`;

/** The top-level folder of a path; null for files that are in none. */
export function brandOf(path) {
  const at = path.indexOf('/');
  return at === -1 ? null : cut(path.slice(0, at), 256);
}

/** The fields of the log, one by one, whatever chunks they come in. */
async function* fields(chunks) {
  let rest = '';
  for await (const chunk of chunks) {
    const parts = (rest + chunk).split('\0');
    rest = parts.pop() ?? '';
    yield* parts;
  }
  if (rest !== '') yield rest;
}

/** The commits of the output of `git log`, as chunks of text, oldest first. */
export async function* readCommits(chunks) {
  let commit;
  const all = fields(chunks);
  const next = async () => (await all.next()).value ?? '';
  for await (const raw of all) {
    const field = raw.replace(/^\n+/, '');
    if (field.startsWith(mark)) {
      if (commit !== undefined) yield commit;
      commit = { hash: field.slice(1), at: await next(), author: await next(), email: await next(), files: new Map() };
      commit.subject = await next();
    } else if (field.startsWith(':')) {
      const status = field.split(' ')[4]?.[0] ?? 'M';
      const first = await next();
      const path = status === 'R' || status === 'C' ? await next() : first;
      commit.files.set(path, { path, from: path === first ? null : first, status, added: null, deleted: null });
    } else if (/^(\d+|-)\t(\d+|-)\t/.test(field)) {
      const [added, deleted, given] = field.split('\t');
      let path = given;
      if (path === '') {
        await next();
        path = await next();
      } else path = field.slice(added.length + deleted.length + 2);
      // Binary files have no lines.
      const file = commit.files.get(path);
      if (file !== undefined && added !== '-') Object.assign(file, { added: Number(added), deleted: Number(deleted) });
    }
  }
  if (commit !== undefined) yield commit;
}

/** The entries of a commit: one of its own, and one for each file. Made again, they have the same idempotency keys. */
export function toEntries(workspaceId, { hash, at, author, email, subject, files }) {
  const actor = {
    actorType: 'USER',
    actorUserId: cut(email || author || 'unknown', 256),
    actorLabel: cut(author || 'unknown', 256),
  };
  // Git keeps whatever somebody's clock said.
  const time = new Date(at);
  const createdAt = Number.isNaN(time.getTime()) || time.getUTCFullYear() > 9999 ? undefined : time.toISOString();
  const common = {
    workspaceId,
    entityType: 'CONTENT',
    ...actor,
    context: 'git',
    createdAt,
  };
  const added = [...files.values()].reduce((sum, file) => sum + (file.added ?? 0), 0);
  const deleted = [...files.values()].reduce((sum, file) => sum + (file.deleted ?? 0), 0);
  const commitEntry = {
    ...common,
    entityId: hash,
    eventKey: 'commit.created',
    message: cut(subject, 4096),
    payload: { files: files.size, added, deleted },
    idempotencyKey: `git:${hash}`,
  };
  const fileEntries = [...files.values()].map((file) => ({
    ...common,
    brandId: brandOf(file.path),
    entityId: cutFront(file.path, 256),
    eventKey: fileEvents[file.status] ?? 'file.changed',
    message: cut(subject, 4096),
    visibility: 'CLIENT',
    severity: file.status === 'D' ? 'WARNING' : 'INFO',
    payload: {
      added: file.added,
      deleted: file.deleted,
      commit: hash,
      ...(file.from === null ? {} : { from: file.from }),
    },
    idempotencyKey: `git:${hash}:${createHash('sha256').update(file.path).digest('base64url')}`,
  }));
  return [commitEntry, ...fileEntries];
}

/**
 * Runs git in a directory; its output as chunks of text.
 * @throws Error saying plainly what is missing: git, a repository, or a first commit
 */
async function* runGit(directory, args) {
  const git = spawn('git', ['-C', directory, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  git.stderr.setEncoding('utf8').on('data', (text) => {
    said = `${said}${text}`.slice(-2_000);
  });
  const ended = new Promise((resolve) => {
    git.once('error', (error) => resolve(error.code === 'ENOENT' ? 'git is not installed' : error.message));
    git.once('close', (code) => resolve(code === 0 ? undefined : said.trim() || `git ended with ${code}`));
  });
  try {
    yield* git.stdout.setEncoding('utf8');
    const problem = await ended;
    if (problem !== undefined) throw new Error(problem);
  } finally {
    git.kill();
  }
}

/** The top of the repository that the directory is in. */
export async function findRepository(directory) {
  let text = '';
  for await (const chunk of runGit(directory, ['rev-parse', '--show-toplevel'])) text += chunk;
  return text.replace(/\n$/, '');
}

/** The commits of the repository that the directory is in, oldest first: the newest 20,000. */
export async function* readHistory(directory) {
  yield* readCommits(runGit(directory, [...logArguments, format]));
}
