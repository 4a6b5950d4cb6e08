import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import type { ActivityInput } from '../../src/core/activity/activity.ts';

/** Real commits of eight public repositories, one JSON line each; read where it lies, never copied into the project. */
export const historyFile =
  process.env['ACTIVITY_HISTORY_FILE'] ??
  fileURLToPath(new URL('../../../shared/data/repository-history.jsonl.gz', import.meta.url));

export const historyIsMissing = !existsSync(historyFile);

interface Commit {
  repository: string;
  commit: string;
  /** Seconds: many commits of one rebase have the same. */
  at: number;
  author: string;
  bot: boolean;
  subject: string;
  files: { path: string; added: number; deleted: number }[];
}

/** The entries of a commit: one for it, and one for each of its files. */
function entriesOf({ repository, commit, at, author, bot, subject, files }: Commit): ActivityInput[] {
  const common = {
    workspaceId: repository,
    createdAt: new Date(at * 1000),
    ...(bot
      ? { actorType: 'INTEGRATION' as const, actorLabel: author }
      : { actorType: 'USER' as const, actorUserId: author }),
  };
  return [
    {
      ...common,
      entityType: 'OTHER',
      entityId: commit,
      eventKey: 'commit.created',
      message: subject,
      payload: { files: files.length },
      idempotencyKey: commit,
    },
    ...files.map(
      ({ path, added, deleted }): ActivityInput => ({
        ...common,
        brandId: path.includes('/') ? (path.split('/', 1)[0] as string) : null,
        entityType: 'CONTENT',
        entityId: path,
        eventKey: 'file.changed',
        payload: { commit, added, deleted },
        idempotencyKey: `${commit}:${path}`,
      }),
    ),
  ];
}

export function readHistory(): ActivityInput[] {
  const lines = gunzipSync(readFileSync(historyFile)).toString('utf8').trim().split('\n');
  return lines.flatMap((line) => entriesOf(JSON.parse(line) as Commit));
}

/** Numbers from 0 to below 1, the same for the same seed (mulberry32). */
export function seededRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
