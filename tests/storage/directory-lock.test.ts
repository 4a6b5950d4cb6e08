import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { lockDirectory } from '../../src/storage/directory-lock.ts';
import { startChildProgram } from '../support/child-program.ts';

const program = new URL('./hold-directory.ts', import.meta.url);

describe('the data directory', () => {
  let root: string;
  beforeAll(() => {
    root = mkdtempSync(join(tmpdir(), 'activity-log-lock-'));
  });
  afterAll(() => rmSync(root, { recursive: true, force: true }));

  it('is made for its owner only', () => {
    const dir = join(root, 'made', 'deep');
    lockDirectory(dir).release();
    expect(statSync(dir).mode & 0o777).toBe(0o700);
    expect(statSync(join(dir, 'lock')).mode & 0o777).toBe(0o600);
  });

  it('is refused to a second user in the same process, and free after release', () => {
    const dir = join(root, 'twice');
    const lock = lockDirectory(dir);
    lock.announce('http://localhost:1');
    lock.announce('http://localhost:23456');
    const refused = () => lockDirectory(join(dir, '..', 'twice'));
    expect(refused).toThrow(`in use by this process (pid ${process.pid}) at http://localhost:23456`);
    // A failed attempt must not have broken the lock, as it would with locks that belong to the process.
    expect(refused).toThrow('in use');
    lock.release();
    lock.release();
    lockDirectory(dir).release();
  });

  it('is refused to a second process, with pid, URL and remedy, and free at once after kill -9', async () => {
    const dir = join(root, 'killed');
    const holder = await startChildProgram(program, [dir]);
    try {
      expect(await holder.line()).toBe('holding 0');
      const second = await startChildProgram(program, [dir]);
      const message = await second.line();
      await second.end('SIGKILL');
      expect(message).toContain(`The data directory ${dir} is in use by process ${holder.process.pid}`);
      expect(message).toContain('--url http://localhost:4000 --token');
      expect(message).toContain('ACTIVITY_DATA_DIR');
      expect(message).toContain('DATABASE_URL');
    } finally {
      await holder.end('SIGKILL');
    }
    lockDirectory(dir).release();
  });

  it('that cannot be made is named, with a remedy', () => {
    expect(() => lockDirectory('/dev/null/data')).toThrow(
      /data directory \/dev\/null\/data cannot be written.*ACTIVITY_DATA_DIR/,
    );
  });
});
