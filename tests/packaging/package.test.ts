import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { InstalledPackage } from './installed-package.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const compiler = join(root, 'node_modules/typescript/bin/tsc');

let installed: InstalledPackage;
beforeAll(async () => {
  installed = await InstalledPackage.make();
}, 180_000);
afterAll(() => installed?.remove());

const settings = { ACTIVITY_JWT_SECRET: 'a secret for the tests of the package', DATABASE_URL: 'memory://' };
const npx = async (args: string[], env: Record<string, string> = settings) => {
  const { code, stdout, stderr } = await installed.run('npx', ['activity-log', ...args], env);
  if (code !== 0) throw new Error(`activity-log ${args[0]} ended with ${code}: ${stdout}${stderr}`);
  return stdout.trim();
};
/** The last word of a server that has finished what was under way. */
const ended = /"msg":"stopped"\}\n$/;
const write = (name: string, text: string) => {
  mkdirSync(installed.folder, { recursive: true });
  writeFileSync(join(installed.folder, name), text);
};

/** Puts a package of this project's own beside the installed one. */
const link = (name: string) => {
  const to = join(installed.folder, 'node_modules', name);
  mkdirSync(dirname(to), { recursive: true });
  if (!existsSync(to)) symlinkSync(join(root, 'node_modules', name), to);
};

describe('the packed package', () => {
  it('has what it needs and nothing else', () => {
    const expected =
      /^(dist\/(?!viewer\/).+\.(js|d\.ts)|dist\/react\/styles\.css|dist\/viewer\/(index\.html|viewer\/assets\/[\w-]{16}\/[\w.-]+\.(js|css|svg))|docs\/[\w./-]+\.(md|png)|docs\/grafana-dashboard\.json|deploy\/[\w.-]+|prisma\/schema\.prisma|prisma\/migrations\/(migration_lock\.toml|\w+\/migration\.sql)|(README|CHANGELOG)\.md|package\.json|schema\.graphql)$/;
    expect(installed.files.filter((path) => !expected.test(path))).toEqual([]);
    expect(installed.files).toContain('schema.graphql');
    expect(installed.files.filter((path) => path.endsWith('migration.sql')).length).toBeGreaterThan(1);
    // Bytes as they are downloaded: the service and its documents, and beside them what browsers get.
    const sizeOf = (folders: RegExp) =>
      installed.files
        .filter((path) => folders.test(path))
        .map((path) => gzipSync(readFileSync(join(installed.folder, 'node_modules/activity-log', path))).length)
        .reduce((sum, size) => sum + size, 0);
    const [forBrowsers, pictures] = [sizeOf(/^dist\/(viewer|react|element)\//), sizeOf(/^docs\/images\//)];
    expect(installed.size - forBrowsers - pictures).toBeLessThan(700_000);
    // The page, the component and the element: three times much of the same, since none has the others.
    expect(forBrowsers).toBeLessThan(800_000);
    expect(pictures).toBeLessThan(700_000);
  });

  it('has no file whose source is gone, and points to no file that it does not have', () => {
    const compiled = installed.files.filter((path) => /^dist\/(?!(viewer|react|element)\/)/.test(path));
    const sourceOf = (path: string) => path.replace(/^dist/, 'src').replace(/(\.d)?\.[jt]s$/, '.ts');
    expect(compiled.filter((path) => !existsSync(join(root, sourceOf(path))))).toEqual([]);
    expect(compiled.filter((path) => installed.read(path).includes('sourceMappingURL='))).toEqual([]);
  });

  const importing = /^(?:import|export)\b(?:[^;'"`]*? from)? ?['"]([^.'"][^'"]*)['"];/gm;
  it('imports nothing that is not a dependency', () => {
    const { dependencies, peerDependencies } = JSON.parse(installed.read('package.json')) as Record<
      'dependencies' | 'peerDependencies',
      Record<string, string>
    >;
    const imported = installed.files
      .filter((path) => path.endsWith('.js'))
      .flatMap((path) => [...installed.read(path).matchAll(importing)])
      .map(([, name]) => /^(?:@[^/]+\/)?[^/]+/.exec(name as string)?.[0] as string)
      .filter((name) => !isBuiltin(name));
    expect(imported.length).toBeGreaterThan(20);
    expect(
      [...new Set(imported)].filter((name) => dependencies[name] === undefined && peerDependencies[name] === undefined),
    ).toEqual([]);
  });

  it('installs without a warning, and runs nothing of its own while it is installed', () => {
    expect(installed.said).toMatch(/added \d+ packages/);
    expect(installed.said).not.toMatch(/warn/i);
    const { scripts } = JSON.parse(installed.read('package.json')) as { scripts: Record<string, string> };
    expect(Object.keys(scripts).filter((name) => /^(pre|post)?(install|prepare)$/.test(name))).toEqual([]);
  });
});

describe('the installed package', () => {
  it('serves, takes an import and tells of it, by npx', { timeout: 120_000 }, async () => {
    expect(await npx(['--help'])).toMatch(/serve[\s\S]*Settings \(environment variables\)/);
    const token = await npx(['token', '--workspace', 'w1', '--role', 'operator']);
    expect(token).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+$/);
    const { url, stop } = await installed.serve(settings);
    try {
      expect((await fetch(`${url}/health/ready`)).status).toBe(200);
      for (const address of ['/', '/graphql']) {
        const page = await fetch(`${url}${address}`, { headers: { accept: 'text/html' } });
        const files = [...(await page.text()).matchAll(/(?:src|href)="([^"]+\.(?:js|css)[^"]*)"/g)].map(
          ([, path]) => path,
        );
        expect(files.length, address).toBeGreaterThan(1);
        for (const path of files) expect((await fetch(new URL(path as string, page.url))).status, path).toBe(200);
      }

      const lines = ['one', 'two'].map((entityId) => ({
        ...{ entityType: 'OTHER', entityId, eventKey: 'shelf.added', actorType: 'SYSTEM', actorLabel: 'test' },
      }));
      write('entries.jsonl', lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
      const remote = ['--workspace', 'w1', '--url', url, '--token', token];
      write('cursor.mjs', readCursor);
      const { stdout: cursor } = await installed.run(process.execPath, ['cursor.mjs', url, token]);
      expect(await npx(['import', 'entries.jsonl', ...remote])).toBe('written: 2, already there: 0, refused: 0');
      const tail = installed.start(['tail', '--json', '--after', cursor.trim(), ...remote], settings);
      const seen = [await tail.line(), await tail.line()].map((line) => JSON.parse(line ?? '').entityId as string);
      expect(await tail.stop()).toMatch(/last cursor: /);
      expect(seen).toEqual(['one', 'two']);
    } finally {
      expect(await stop()).toMatch(ended);
    }
  });

  it('logs from an ES module, and the client reads it back', { timeout: 120_000 }, async () => {
    write('log.mjs', logEntry);
    expect(await installed.run(process.execPath, ['log.mjs'])).toMatchObject({ code: 0, stdout: 'brand.created\n' });
    const own = { ACTIVITY_DATA_DIR: './data' };
    const { url, stop } = await installed.serve(own);
    try {
      const token = await npx(['token', '--workspace', 'w1', '--role', 'admin'], own);
      write('read.mjs', readEntry);
      const read = await installed.run(process.execPath, ['read.mjs', url, token]);
      expect(read).toMatchObject({ code: 0, stdout: 'Brand created: Nike\n' });
    } finally {
      expect(await stop()).toMatch(ended);
    }
  });

  it('has types that hold from outside, those of its dependencies included', { timeout: 60_000 }, async () => {
    const check = async (text: string) => {
      write('program.mts', text);
      const flags = ['--noEmit', '--strict', '--skipLibCheck', 'false', '--module', 'nodenext', '--target', 'es2022'];
      return await installed.run(process.execPath, [
        compiler,
        ...flags,
        '--moduleResolution',
        'nodenext',
        'program.mts',
      ]);
    };
    expect(await check(typedProgram)).toMatchObject({ code: 0, stdout: '' });
    // React is the application's own.
    for (const name of ['react', '@types/react', 'csstype']) link(name);
    expect(await check(typedPanel)).toMatchObject({ code: 0, stdout: '' });
    const wrongPanel = await check(typedPanel.replace("theme: 'dark'", "theme: 'darker'"));
    expect(wrongPanel.stdout).toMatch(/program\.mts.*'"darker"' is not assignable/);
    const wrong = await check(typedProgram.replace("eventKey: 'brand.created'", 'eventKey: 1'));
    expect(wrong.stdout).toMatch(/program\.mts.*Type 'number' is not assignable to type 'string'/);
  });
});

const readCursor = `
import { createActivityLogClient } from 'activity-log/client';
const [url, token] = process.argv.slice(2);
const client = createActivityLogClient({ url, token });
console.log((await client.timeline({ workspaceId: 'w1', first: 1 })).liveCursor);
await client.close();
`;

const logEntry = `
import { ActivityActorType, buildBrandActivity, closeActivityLog, logActivity } from 'activity-log';
const entry = await logActivity(
  buildBrandActivity({
    workspaceId: 'w1',
    brandId: 'nike',
    entityId: 'nike',
    eventKey: 'brand.created',
    message: 'Brand created: Nike',
    actorType: ActivityActorType.USER,
    actorUserId: 'user_1',
  }),
);
await closeActivityLog();
console.log(entry.eventKey);
`;

const readEntry = `
import { createActivityLogClient } from 'activity-log/client';
const [url, token] = process.argv.slice(2);
const client = createActivityLogClient({ url, token });
const { activities } = await client.timeline({ workspaceId: 'w1', first: 1 });
console.log(activities[0].message);
await client.close();
`;

const typedPanel = `
import { createElement } from 'react';
import { createActivityLogClient } from 'activity-log/client';
import 'activity-log/element';
import { ActivityTimeline, type ActivityTimelineProps, type Place } from 'activity-log/react';

const token = async (refusal?: { token: string; reason: string }) => refusal?.reason ?? 'token';
const options = { workspaceId: 'w1', theme: 'dark' } satisfies Omit<ActivityTimelineProps, 'client' | 'url' | 'token'>;
const onPlaceChange = ({ query, entryId }: Place, step: 'push' | 'replace') => console.log(query, entryId, step);
createElement(ActivityTimeline, { url: 'http://127.0.0.1:4000', token, onPlaceChange, ...options });
const client = createActivityLogClient({ url: 'http://127.0.0.1:4000', token });
createElement(ActivityTimeline, { client, style: { '--al-accent': 'red' }, onError: ({ code }) => console.log(code), ...options });

const timeline = document.createElement('activity-timeline');
timeline.token = token;
timeline.client = client;
timeline.addEventListener('activity-open', ({ detail }) => console.log(detail.entryId.length));
timeline.addEventListener('activity-place', ({ detail }) => console.log(detail.place.query, detail.step));
timeline.addEventListener('activity-signed-out', ({ detail }) => console.log(detail.reason));
`;

const typedProgram = `
import { type Activity, ActivityActorType, buildBrandActivity, configureActivityLog, logActivity } from 'activity-log';
import { createActivityLogClient } from 'activity-log/client';
import { openFileStore } from 'activity-log/spool';

configureActivityLog({ databaseUrl: 'memory://' });
const actor = { actorType: ActivityActorType.USER, actorUserId: 'user_1' };
const entry: Activity | null = await logActivity(
  buildBrandActivity({ workspaceId: 'w1', brandId: 'nike', entityId: 'nike', eventKey: 'brand.created', ...actor }),
);
const spool = openFileStore({ directory: './spool' });
const client = createActivityLogClient({ url: 'http://127.0.0.1:4000', token: async () => 'token', spool });
const page = await client.timeline({ workspaceId: 'w1', filter: { severities: ['ERROR'] }, first: 20 });
const cursor: string = page.liveCursor;
for await (const { activity } of client.subscribe({ workspaceId: 'w1', after: cursor })) {
  const message: string | null | undefined = activity.message;
  console.log(entry?.id, message);
}
`;
