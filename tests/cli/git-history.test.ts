import { execFileSync } from 'node:child_process';
import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { brandOf, findRepository, readCommits, readHistory, toEntries } from '../../scripts/git-history.mjs';
import { acceptEntry } from '../../src/core/activity/entry-schema.ts';
import { temporaryDirectory } from './run-cli.ts';

const who = {
  GIT_AUTHOR_NAME: 'Ada Ø',
  GIT_AUTHOR_EMAIL: 'ada@example.com',
  GIT_AUTHOR_DATE: '2024-02-29T12:00:00+02:00',
};

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

describe('the demo reads a git history', () => {
  const directory = temporaryDirectory();
  const git = (...args: string[]) =>
    execFileSync('git', ['-C', directory.path, '-c', 'user.name=c', '-c', 'user.email=c@example.com', ...args], {
      env: { ...process.env, ...who },
      stdio: 'ignore',
    });
  const write = (path: string, content: string | Buffer) => writeFileSync(join(directory.path, path), content);
  const commit = (subject: string) => {
    git('add', '-A');
    git('commit', '--allow-empty', '-m', subject);
  };

  beforeAll(() => {
    git('init');
    mkdirSync(join(directory.path, 'src'));
    write('README.md', 'one\ntwo\n');
    write('src/a b\t"ü".txt', 'x\n'.repeat(20));
    write('src/binary', Buffer.from([0, 1, 2]));
    commit('First: it\'s "begun"');
    write('README.md', 'one\nthree\n');
    renameSync(join(directory.path, 'src/a b\t"ü".txt'), join(directory.path, 'moved.txt'));
    rmSync(join(directory.path, 'src/binary'));
    commit('Second\n\nwith a body');
    commit('Nothing in it');
  });
  afterAll(() => directory.remove());

  it('as entries that the service takes, oldest first, with what was done to each file', async () => {
    const commits = await collect(readHistory(directory.path));
    const entries = commits.flatMap((one) => toEntries('w1', one));
    for (const entry of entries) acceptEntry(entry);
    const shown = entries.map(({ eventKey, entityId, payload }) => [
      eventKey,
      eventKey === 'commit.created' ? '' : entityId,
      { ...(payload as object), commit: undefined },
    ]);
    expect(shown).toEqual([
      ['commit.created', '', { files: 3, added: 22, deleted: 0 }],
      ['file.added', 'README.md', { added: 2, deleted: 0 }],
      ['file.added', 'src/a b\t"ü".txt', { added: 20, deleted: 0 }],
      ['file.added', 'src/binary', { added: null, deleted: null }],
      ['commit.created', '', { files: 3, added: 1, deleted: 1 }],
      ['file.changed', 'README.md', { added: 1, deleted: 1 }],
      ['file.renamed', 'moved.txt', { added: 0, deleted: 0, from: 'src/a b\t"ü".txt' }],
      ['file.deleted', 'src/binary', { added: null, deleted: null }],
      ['commit.created', '', { files: 0, added: 0, deleted: 0 }],
    ]);
    expect(entries[0]).toMatchObject({
      message: 'First: it\'s "begun"',
      actorUserId: 'ada@example.com',
      actorLabel: 'Ada Ø',
      createdAt: '2024-02-29T10:00:00.000Z',
    });
    expect(new Set(entries.map((entry) => entry.idempotencyKey)).size).toBe(entries.length);
  });

  it('in whatever pieces git writes it', async () => {
    const whole: string = execFileSync(
      'git',
      [
        '-C',
        directory.path,
        'log',
        '--raw',
        '--numstat',
        '-z',
        '--no-abbrev',
        '--reverse',
        '--format=%x01%H%x00%aI%x00%aN%x00%aE%x00%s',
      ],
      { encoding: 'utf8' },
    );
    const inPieces = await collect(readCommits(Array.from(whole)));
    expect(inPieces).toEqual(await collect(readHistory(directory.path)));
  });

  it('and says plainly what is missing', async () => {
    const empty = temporaryDirectory();
    await expect(findRepository(empty.path)).rejects.toThrow('not a git repository');
    execFileSync('git', ['-C', empty.path, 'init'], { stdio: 'ignore' });
    await expect(readHistory(empty.path).next()).rejects.toThrow('does not have any commits');
    empty.remove();
  });

  it('with top-level folders as brands', () => {
    expect([brandOf('src/a/b.ts'), brandOf('README.md')]).toEqual(['src', null]);
  });
});
