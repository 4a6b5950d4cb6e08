/** What `client.logActivity` answers, keeps and tells of. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type ActivityLogInput, type ClientProblem, createActivityLogClient } from '../../src/client/client.ts';
import { openFileStore } from '../../src/spool/file-store.ts';
import { openPostgres } from '../../src/storage/postgres.ts';
import { ApplicationProcess } from '../support/application-process.ts';
import { readTrail } from '../support/trail.ts';
import { entry, startClient, startService, temporaryDirectory } from './kept-service.ts';

describe('client.logActivity', () => {
  it('returns the entry as it stands in the trail, once it is committed', async () => {
    const service = await startService();
    const { client, problems } = startClient({ url: service.url, token: await service.token() });
    const activity = await client.logActivity(entry('e1', { payload: { b: 1, a: [null] } }));
    expect(activity).toMatchObject({ entityId: 'e1', severity: 'INFO', payload: { b: 1, a: [null] } });
    const [stored] = await readTrail(service.databaseUrl);
    expect(stored).toMatchObject({ id: activity?.databaseId, key: 'e1' });
    expect(problems).toEqual([]);
  });

  it('tells of a bad entry without sending it, also while the service is away', async () => {
    const service = await startService();
    const { client, problems, requests } = startClient({ url: service.url, token: await service.token() });
    const bad = [entry('e1', { eventKey: 'No Key' }), entry('', {}), entry('e3', { payload: '\u0000' })];
    for (const one of bad) expect(await client.logActivity(one)).toBeNull();
    expect(requests).toEqual([]);
    await service.stop();
    expect(await client.logActivity(bad[0] as ActivityLogInput)).toBeNull();
    expect(problems).toEqual(
      [...bad, bad[0]].map((one, at) => ({
        kind: 'refused',
        entry: one,
        error: expect.objectContaining({
          code: 'BAD_USER_INPUT',
          field: ['eventKey', 'entityId', 'payload', 'eventKey'][at],
        }),
      })),
    );
    expect(requests).toEqual([]);
    await service.startAgain();
  });

  it('tells of what the service refuses, and keeps none of it', async () => {
    const service = await startService();
    const token = await service.token({ workspace: 'w1', role: 'writer' });
    const { client, problems } = startClient({ url: service.url, token });
    expect(await client.logActivity(entry('e1', { idempotencyKey: 'k' }))).not.toBeNull();
    const refused = [
      entry('elsewhere', { workspaceId: 'w2' }),
      entry('timed', { createdAt: '2026-01-01T00:00:00Z' }),
      entry('other', { idempotencyKey: 'k' }),
    ];
    for (const one of refused) expect(await client.logActivity(one)).toBeNull();
    expect(
      problems.map((problem) => 'error' in problem && [problem.kind, (problem.error as { code: string }).code]),
    ).toEqual([
      ['refused', 'FORBIDDEN'],
      ['refused', 'FORBIDDEN'],
      ['refused', 'BAD_USER_INPUT'],
    ]);
    await client.flush();
    expect(await service.trail()).toEqual(['e1']);
  });

  it('tells of what is refused when it is delivered, and delivers what is behind it', async () => {
    const service = await startService();
    const token = await service.token({ workspace: 'w1', role: 'writer' });
    const { client, problems, kinds } = startClient({ url: service.url, token });
    await service.stop();
    for (const one of [entry('e1'), entry('elsewhere', { workspaceId: 'w2' }), entry('e3')])
      expect(await client.logActivity(one)).toBeNull();
    await service.startAgain();
    await client.flush();
    expect(await service.trail()).toEqual(['e1', 'e3']);
    expect(kinds()).toEqual(['away', 'refused', 'back']);
    expect(problems[1]).toMatchObject({ entry: { entityId: 'elsewhere' }, error: { code: 'FORBIDDEN' } });
  });

  it('keeps what a database that is too slow for the service has not taken', async () => {
    const service = await startService();
    const { client, kinds } = startClient({ url: service.url, token: await service.token() });
    const locker = await openPostgres({ url: service.databaseUrl, applicationName: 'locker' });
    onTestFinished(async () => await locker.close());
    const answer = await locker.transaction(async (connection) => {
      await connection.script('LOCK TABLE "ActivityLog" IN ACCESS EXCLUSIVE MODE');
      return await client.logActivity(entry('e1'));
    });
    expect(answer).toBeNull();
    expect(kinds()).toEqual(['away']);
    await client.flush();
    expect(await service.trail()).toEqual(['e1']);
  });

  it('keeps entries while its token has expired, and delivers them with a fresh one', async () => {
    const service = await startService();
    const expired = await service.token({ ttl: -60 });
    let token = expired;
    const { client, kinds } = startClient({ url: service.url, token: () => token });
    expect(await client.logActivity(entry('e1'))).toBeNull();
    await service.stop();
    expect(await client.logActivity(entry('e2'))).toBeNull();
    await service.startAgain();
    await expect(client.flush()).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
    token = await service.token();
    await client.flush();
    expect(await client.logActivity(entry('e3'))).toMatchObject({ entityId: 'e3' });
    expect(await service.trail()).toEqual(['e1', 'e2', 'e3']);
    expect(kinds()).toEqual(['away', 'back']);
  });

  it('keeps entries while the function that gives tokens throws', async () => {
    const service = await startService();
    let give = async (): Promise<string> => {
      throw new Error('the identity provider is away');
    };
    const { client, problems } = startClient({ url: service.url, token: () => give() });
    expect(await client.logActivity(entry('e1'))).toBeNull();
    expect(problems).toEqual([{ kind: 'away', error: new Error('the identity provider is away') }]);
    give = async () => await service.token();
    await client.flush();
    expect(await service.trail()).toEqual(['e1']);
  });

  it('gives an entry the time of its call with keepTime, and otherwise that of its delivery', async () => {
    const service = await startService();
    const token = await service.token();
    const timed = startClient({ url: service.url, token, keepTime: true });
    const plain = startClient({ url: service.url, token });
    await service.stop();
    const before = Date.now();
    await timed.client.logActivity(entry('timed'));
    await plain.client.logActivity(entry('plain'));
    await timed.client.logActivity(entry('given', { createdAt: '2026-01-01T00:00:00Z' }));
    const after = Date.now();
    await service.startAgain();
    await timed.client.flush();
    await plain.client.flush();
    const times = Object.fromEntries((await readTrail(service.databaseUrl)).map(({ key, at }) => [key, at]));
    expect(times['timed']).toBeGreaterThanOrEqual(before);
    expect(times['timed']).toBeLessThanOrEqual(after);
    expect(times['plain']).toBeGreaterThan(after);
    expect(times['given']).toBe(Date.parse('2026-01-01T00:00:00Z'));
  });

  it('tells of entries that find no room, and delivers the others', async () => {
    const service = await startService();
    const { client, problems, kinds } = startClient({ url: service.url, token: await service.token() });
    await service.stop();
    expect(await client.logActivity(entry('e0'))).toBeNull();
    const numbers = Array.from({ length: 10_002 }, (_, at) => at + 1);
    const answers = await Promise.all(numbers.map((number) => client.logActivity(entry(`e${number}`))));
    expect(answers.every((answer) => answer === null)).toBe(true);
    expect(kinds()).toEqual(['away', 'lost', 'lost', 'lost']);
    expect(problems.slice(1)).toEqual(
      [1, 2, 3].map((lost) => ({ kind: 'lost', lost, error: expect.objectContaining({ name: 'SpoolFullError' }) })),
    );
    await service.startAgain();
    await client.flush();
    expect(await service.trail()).toEqual(Array.from({ length: 10_000 }, (_, number) => `e${number}`));
    expect(await client.logActivity(entry('again'))).toMatchObject({ entityId: 'again' });
  });

  it('leaves the process its turns while a caller logs in a loop and the service is away', async () => {
    const { client } = startClient({ url: 'http://127.0.0.1:1', token: 'any' });
    expect(await client.logActivity(entry('e0'))).toBeNull();
    let hadItsTurn = false;
    void nextTurn().then(() => {
      hadItsTurn = true;
    });
    for (let number = 1; number < 200; number++) await client.logActivity(entry(`e${number}`));
    expect(hadItsTurn).toBe(true);
  });

  it('is not disturbed by an onProblem that throws', { timeout: 10_000 }, async () => {
    const service = await startService();
    const token = await service.token({ workspace: 'w1', role: 'writer' });
    const told: string[] = [];
    const onProblem = ({ kind }: ClientProblem) => {
      told.push(kind);
      throw new Error(`nobody listens to ${kind}`);
    };
    const client = createActivityLogClient({ url: service.url, token, onProblem });
    onTestFinished(async () => await client.close({ timeout: 100 }));
    const answer = async (input: ActivityLogInput) => await client.logActivity(input).catch((error: Error) => error);
    expect(await answer(entry('bad', { eventKey: 'No Key' }))).toBeNull();
    await service.stop();
    expect(await answer(entry('e1'))).toBeNull();
    expect(await answer(entry('elsewhere', { workspaceId: 'w2' }))).toBeNull();
    expect(await answer(entry('e3'))).toBeNull();
    await service.startAgain();
    await client.flush();
    expect(await service.trail()).toEqual(['e1', 'e3']);
    expect(told).toEqual(['refused', 'away', 'refused', 'back']);
  });

  it('resolves with null where its spool cannot be opened, and tells of it', async () => {
    const service = await startService();
    const file = join(temporaryDirectory(), 'file');
    writeFileSync(file, '');
    const spool = openFileStore({ directory: file });
    // What becomes of a process that has nobody who catches it is the next test's.
    spool.catch(() => undefined);
    const { client, problems } = startClient({ url: service.url, token: await service.token(), spool });
    await expect(client.logActivity(entry('e1'))).resolves.not.toBeUndefined();
    expect(problems).not.toEqual([]);
  });

  it('does not end a process whose spool cannot be opened', async () => {
    const file = join(temporaryDirectory(), 'file');
    writeFileSync(file, '');
    const env = { URL: 'http://127.0.0.1:1', TOKEN: 'any', SPOOL: file };
    const application = await ApplicationProcess.start({ program: 'logging-client', name: 'client', env });
    await application.log(1);
    expect(application.kept.size).toBe(1);
  });
});

describe('client.flush and client.close', () => {
  it('flush throws while the service is away, and resolves once everything is delivered', async () => {
    const service = await startService();
    const { client, problems } = startClient({ url: service.url, token: await service.token() });
    await client.flush();
    await service.stop();
    for (let number = 0; number < 30; number++) await client.logActivity(entry(`e${number}`));
    await expect(client.flush()).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    await service.startAgain();
    await client.flush();
    expect(await service.trail()).toEqual(Array.from({ length: 30 }, (_, number) => `e${number}`));
    expect(problems).toEqual([
      { kind: 'away', error: expect.objectContaining({ code: 'UNAVAILABLE' }) },
      { kind: 'back', delivered: 30 },
    ]);
    await client.flush();
  });

  it('close finishes what is under way, and delivers what waits', async () => {
    const service = await startService();
    const { client, kinds } = startClient({ url: service.url, token: await service.token() });
    const first = client.logActivity(entry('e0'));
    const second = client.logActivity(entry('e1'));
    await client.close();
    expect([(await first)?.entityId, (await second)?.entityId]).toEqual(['e0', 'e1']);

    const other = startClient({ url: service.url, token: await service.token() });
    await service.stop();
    await other.client.logActivity(entry('e2'));
    await service.startAgain();
    await other.client.close();
    const trail = await service.trail();
    // Two calls at once are two requests, which may arrive in either order.
    expect([...trail.slice(0, 2).sort(), ...trail.slice(2)]).toEqual(['e0', 'e1', 'e2']);
    expect([...kinds(), ...other.kinds()]).toEqual(['away', 'back']);
  });

  it.each([true, false])(
    'close tells how many are left, once, and whether they survive the process: %s',
    async (durable) => {
      const service = await startService();
      const spool = durable ? openFileStore({ directory: temporaryDirectory() }) : undefined;
      const { client, problems, kinds } = startClient({ url: service.url, token: await service.token(), spool });
      await service.stop();
      for (const key of ['e0', 'e1', 'e2']) await client.logActivity(entry(key));
      await Promise.all([client.close(), client.close()]);
      expect(problems.slice(1)).toEqual([{ kind: 'left', kept: 3, durable }]);
      // Nobody keeps it now.
      expect(await client.logActivity(entry('e3'))).toBeNull();
      expect(kinds()).toEqual(['away', 'left', 'lost']);
      await service.startAgain();
      if (!durable) return;
      const next = startClient({
        url: service.url,
        token: await service.token(),
        spool: openFileStore({ directory: ((await spool) as { place: string }).place }),
      });
      await next.client.logActivity(entry('e4'));
      await next.client.flush();
      expect(await service.trail()).toEqual(['e0', 'e1', 'e2', 'e4']);
    },
  );
});
