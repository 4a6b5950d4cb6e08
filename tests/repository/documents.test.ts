import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { readConfig, settings } from '../../src/config.ts';
import { errorCatalogue } from '../../src/errors.ts';
import { ConfigError } from '../../src/setting.ts';

const root = new URL('../../', import.meta.url);
const read = (path: string) => readFileSync(new URL(path, root), 'utf8');
const documents = [
  'README.md',
  ...readdirSync(new URL('docs/', root))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
];

test('every test that docs/faults.md names exists', () => {
  const text = read('docs/faults.md');
  const named = [...text.matchAll(/`((?:tests\/\w+\/)?[\w-]+\.test\.ts)`/g)].map(([, path]) => path as string);
  expect(named.length).toBeGreaterThan(15);
  const whole = named.map((path) => (path.startsWith('tests/') ? path : `tests/faults/${path}`));
  expect(whole.filter((path) => !existsSync(new URL(path, root)))).toEqual([]);
});

test('every file that docs/architecture.md names exists', () => {
  const text = read('docs/architecture.md');
  const whole = [...text.matchAll(/\b(?:src|tests|scripts)\/[\w./-]+/g)].map(([path]) => path.replace(/\.$/, ''));
  expect(whole.length).toBeGreaterThan(25);
  expect(whole.filter((path) => !existsSync(new URL(path, root)))).toEqual([]);
});

test('every link between documents leads somewhere', () => {
  const decisions = readdirSync(new URL('docs/decisions/', root)).map((name) => `docs/decisions/${name}`);
  const broken = [...documents, ...decisions].flatMap((document) =>
    [...read(document).matchAll(/\]\((?!https?:)([^)#]+)\)/g)]
      .map(([, target]) => target as string)
      .filter((target) => !existsSync(new URL(target, new URL(document, root))))
      .map((target) => `${document}: ${target}`),
  );
  expect(broken).toEqual([]);
});

test('every link into a document leads to a heading of it', () => {
  const anchor = (heading: string) => heading.toLowerCase().replace(/[`?,]/g, '').replaceAll(' ', '-');
  const headings = (path: string) =>
    [...read(path).matchAll(/^#+ (.*)$/gm)].map(([, heading]) => anchor(heading ?? ''));
  const broken = documents.flatMap((document) =>
    [...read(document).matchAll(/\]\((?!https?:)([^)#]*)#([^)]+)\)/g)]
      .filter(([, target = '', name = '']) => {
        const path = target === '' ? document : new URL(target, new URL(document, 'file:///')).pathname.slice(1);
        return !headings(path).includes(name);
      })
      .map(([link]) => `${document}: ${link}`),
  );
  expect(broken).toEqual([]);
});

test('every setting and every metric that a document for operators names exists', async () => {
  const { Metrics } = await import('../../src/metrics.ts');
  const metrics = await new Metrics().registry.metrics();
  const others = ['ACTIVITY_TOKEN'];
  const text = ['deployment', 'scaling', 'backup', 'security', 'runbooks']
    .map((name) => read(`docs/${name}.md`))
    .join('\n');
  const named = new Set([...text.matchAll(/\bACTIVITY_[A-Z_]+\b/g)].map(([name]) => name));
  const known = [...settings.map(({ name }) => name), ...others];
  expect([...named].filter((name) => !known.includes(name))).toEqual([]);
  const counted = [...text.matchAll(/`(?:rate\()?((?:live|feed|spool|write|unexpected)_[a-z_]+)\)?`/g)].map(
    ([, name]) => name,
  );
  expect(counted.length).toBeGreaterThan(10);
  // Those of a queue and of a spool come with these.
  const later = ['spool_entries', 'write_queue_entries'];
  expect(counted.filter((name) => !metrics.includes(`activity_log_${name}`) && !later.includes(name ?? ''))).toEqual(
    [],
  );
});

test('docs/graphql.md lists the codes of the error catalogue, and no others', () => {
  const section = read('docs/graphql.md').split('## Errors')[1]?.split('##')[0] ?? '';
  const listed = [...section.matchAll(/^\| `([A-Z_]+)` \|/gm)].map(([, code]) => code);
  expect(listed).toEqual(Object.keys(errorCatalogue));
});

test('every npm script that the README names exists', () => {
  const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
  const named = [...read('README.md').matchAll(/npm (?:run (?:--silent )?)?(start|test|[a-z]+(?:-[a-z]+)*)\b/g)]
    .map(([, name]) => name as string)
    .filter((name) => !['ci', 'install', 'pack', 'only'].includes(name));
  expect(named.length).toBeGreaterThan(4);
  expect(named.filter((name) => scripts[name] === undefined)).toEqual([]);
});

test('decisions are numbered without a gap', () => {
  const numbers = readdirSync(new URL('docs/decisions/', root))
    .sort()
    .map((name) => Number(name.slice(0, 4)));
  expect(numbers).toEqual(numbers.map((_, index) => index + 1));
});

test('every bad setting is named with what it got and what it takes, at once, and no secret is printed', () => {
  const env = {
    PORT: 'http',
    LOG_LEVEL: 'loud',
    ACTIVITY_JWT_SECRET: 'short-secret',
    DATABASE_URL: 'mysql://u:hidden@h/d',
  };
  const read = () => readConfig(env);
  expect(read).toThrow(ConfigError);
  expect(read).toThrow('PORT got "http"; it takes a whole number from 0 to 65535.');
  expect(read).toThrow('LOG_LEVEL got "loud"; it takes trace, debug,');
  expect(read).toThrow(/ACTIVITY_JWT_SECRET got a value that it cannot use; it takes text of 32 bytes or more/);
  expect(read).not.toThrow(/short-secret|hidden/);
});

test('docs/configuration.md has every setting', () => {
  const text = read('docs/configuration.md');
  expect(settings.filter(({ name }) => !text.includes(`| \`${name}\` |`))).toEqual([]);
});
