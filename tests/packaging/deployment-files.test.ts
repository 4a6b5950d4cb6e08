import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { parse } from 'yaml';
import { settings } from '../../src/config.ts';
import { openTestPglite } from '../support/databases.ts';
import { startTestServer } from '../support/server.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const read = (path: string) => readFileSync(join(root, path), 'utf8');
const { bin } = JSON.parse(read('package.json')) as { bin: Record<string, string> };

/** What may be set: the service's own settings, Node's, and those of the image of PostgreSQL. */
const known = new Set([
  ...settings.map(({ name }) => name),
  ...['NODE_ENV', 'POSTGRES_USER', 'POSTGRES_PASSWORD', 'POSTGRES_DB'],
]);
const unknown = (names: readonly string[]) => names.filter((name) => !known.has(name));
const assigned = (text: string) => [...text.matchAll(/^#? ?([A-Z][A-Z_]+)=/gm)].map(([, name]) => name as string);

interface Instruction {
  name: string;
  rest: string;
}

/** The instructions of the Dockerfile by stages, comments and line ends taken away. */
function readStages(): { name: string; image: string; instructions: Instruction[] }[] {
  const lines = read('Dockerfile')
    .replace(/^#.*\n/gm, '')
    .replace(/\\\n\s*/g, '')
    .split('\n')
    .filter((line) => line !== '');
  const stages: ReturnType<typeof readStages> = [];
  for (const line of lines) {
    const [, name = '', rest = ''] = /^([A-Z]+) (.*)$/.exec(line) ?? [];
    if (name === 'FROM') {
      const [image = '', , stage = ''] = rest.split(' ');
      stages.push({ name: stage, image, instructions: [] });
    } else stages.at(-1)?.instructions.push({ name, rest });
  }
  return stages;
}

/** What a stage copies from this repository: sources and where they go. */
const copiesOf = (instructions: readonly Instruction[]) =>
  instructions
    .filter(({ name, rest }) => name === 'COPY' && !rest.startsWith('--from='))
    .flatMap(({ rest }) => {
      const paths = rest.split(' ');
      const to = paths.pop() as string;
      return paths.map((from) => ({ from, to: to === './' ? from : to }));
    });

function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'activity-log-image-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

describe('Dockerfile', () => {
  const stages = readStages();
  const last = stages.at(-1) as (typeof stages)[number];
  const argumentOf = (wanted: string) => last.instructions.findLast(({ name }) => name === wanted)?.rest ?? '';

  it('copies only what is there and what .dockerignore lets in', () => {
    const letIn = read('.dockerignore')
      .split('\n')
      .filter((line) => line.startsWith('!'))
      .map((line) => line.slice(1));
    const sources = stages.flatMap(({ instructions }) => copiesOf(instructions)).map(({ from }) => from);
    expect(sources.length).toBeGreaterThan(5);
    expect(sources.filter((path) => !existsSync(join(root, path)))).toEqual([]);
    expect(sources.filter((path) => !letIn.some((one) => path === one || path.startsWith(`${one}/`)))).toEqual([]);
    const stagesNamed = last.instructions.flatMap(({ rest }) => /--from=(\S+)/.exec(rest)?.slice(1) ?? []);
    expect(stagesNamed.filter((name) => !stages.some((stage) => stage.name === name))).toEqual([]);
  });

  it('builds with what it copies, and the program runs with what the image has', () => {
    const [build, image] = [temporaryFolder(), temporaryFolder()];
    const copy = (to: string, instructions: readonly Instruction[]) => {
      for (const one of copiesOf(instructions)) {
        mkdirSync(dirname(join(to, one.to)), { recursive: true });
        cpSync(join(root, one.from), join(to, one.to), { recursive: true });
      }
      symlinkSync(join(root, 'node_modules'), join(to, 'node_modules'));
    };
    copy(build, (stages[0] as (typeof stages)[number]).instructions);
    execFileSync(process.execPath, ['scripts/build.mjs'], { cwd: build, stdio: 'ignore' });
    copy(image, last.instructions);
    cpSync(join(build, 'dist'), join(image, 'dist'), { recursive: true });
    const [program = '', ...args] = JSON.parse(argumentOf('ENTRYPOINT')) as string[];
    expect([program, args]).toEqual(['node', [bin['activity-log']]]);
    const env = { DATABASE_URL: 'memory://', PATH: process.env['PATH'] };
    const run = spawnSync(process.execPath, [...args, 'migrate'], { cwd: image, env, encoding: 'utf8' });
    expect(run.stdout).toMatch(/^applied \d+_activity_log\n/);
  }, 60_000);

  it('is not root, has settings that exist, and every stage is of one image', () => {
    expect(argumentOf('USER')).toBe('node');
    const names = last.instructions.flatMap(({ name, rest }) => (name === 'ENV' ? rest.split(/\s+/) : []));
    expect(names.length).toBeGreaterThan(3);
    expect(unknown(names.map((pair) => pair.split('=')[0] as string))).toEqual([]);
    expect(new Set(stages.map(({ image }) => image)).size).toBe(1);
  });

  it('has a check of health that tells a service that is ready from one that is not', async () => {
    const [program, ...args] = JSON.parse(argumentOf('HEALTHCHECK').replace(/^.*CMD /, '')) as string[];
    expect(program).toBe('node');
    const { url, close } = await startTestServer(await openTestPglite());
    const check = async () => {
      const child = spawn(process.execPath, args, { env: { PORT: new URL(url).port }, stdio: 'ignore' });
      return await new Promise((resolve) => child.once('exit', resolve));
    };
    expect(await check()).toBe(0);
    await close();
    expect(await check()).toBe(1);
  });
});

interface Service {
  image: string;
  env_file: string;
  environment: Record<string, string>;
  depends_on?: Record<string, { condition: string }>;
  healthcheck?: { test: string[] };
  volumes: string[];
  stop_grace_period: string;
}

describe('compose.yaml', () => {
  const compose = parse(read('compose.yaml')) as { services: Record<string, Service>; volumes: Record<string, null> };
  const services = Object.values(compose.services);

  it('starts the service when the database is healthy, with volumes that are declared', () => {
    const { database, 'activity-log': service } = compose.services;
    expect(service?.depends_on).toEqual({ database: { condition: 'service_healthy' } });
    expect(database?.healthcheck?.test).toContain('pg_isready');
    const named = services.flatMap(({ volumes }) => volumes).map((volume) => volume.split(':')[0]);
    expect(named.sort()).toEqual(Object.keys(compose.volumes).sort());
  });

  it('sets what exists, and no secret', () => {
    const names = services.flatMap(({ environment }) => Object.keys(environment));
    expect(unknown(names)).toEqual([]);
    expect(names.filter((name) => /SECRET|PASSWORD|DATABASE_URL/.test(name))).toEqual([]);
    expect(new Set(services.map((service) => service.env_file))).toEqual(new Set(['activity-log.env']));
    const example = assigned(read('deploy/activity-log.env.example'));
    expect(example).toEqual(expect.arrayContaining(['DATABASE_URL', 'ACTIVITY_JWT_SECRET', 'POSTGRES_PASSWORD']));
    expect(unknown(example)).toEqual([]);
  });

  it('gives requests under way the time that they are promised', () => {
    const { environment, stop_grace_period: grace } = compose.services['activity-log'] as Service;
    expect(Number.parseInt(grace, 10) * 1_000).toBeGreaterThan(Number(environment['ACTIVITY_SHUTDOWN_TIMEOUT_MS']));
  });
});

const analyze = spawnSync('systemd-analyze', ['--version'], { encoding: 'utf8' });

describe('deploy/activity-log.service', () => {
  const unit = read('deploy/activity-log.service');

  it('runs the program itself, as nobody in particular, and sets what exists', () => {
    expect(unit).toMatch(`/node_modules/activity-log/${bin['activity-log']} serve\n`);
    expect(unknown([...unit.matchAll(/^Environment=(\w+)=/gm)].map(([, name]) => name as string))).toEqual([]);
    for (const line of [
      'DynamicUser=yes',
      'NoNewPrivileges=yes',
      'ProtectSystem=strict',
      'StateDirectory=activity-log',
    ])
      expect(unit.split('\n')).toContain(line);
  });

  it.skipIf(analyze.error !== undefined)(
    'is a unit that systemd takes (skipped where there is no systemd-analyze)',
    () => {
      const file = join(temporaryFolder(), 'activity-log.service');
      // It looks whether the program is there.
      writeFileSync(file, unit.replace('/usr/bin/node', process.execPath));
      const { status, stdout, stderr } = spawnSync('systemd-analyze', ['verify', file], { encoding: 'utf8' });
      expect({ status, said: `${stdout}${stderr}` }).toEqual({ status: 0, said: '' });
    },
  );
});
