import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { Metrics } from '../../src/metrics.ts';

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');

interface Target {
  expr: string;
  datasource: { uid: string };
}
interface Panel {
  id: number;
  type: string;
  title: string;
  gridPos: { x: number; y: number; w: number; h: number };
  targets?: Target[];
}
const dashboard = JSON.parse(read('docs/grafana-dashboard.json')) as {
  schemaVersion: number;
  uid: string;
  title: string;
  templating: { list: { name: string; type: string; query: unknown }[] };
  panels: Panel[];
};

/** Metrics of the process come and go with its platform: they are looked at as they are here. */
const metrics = new Metrics();
metrics.watchProcess();
const known = metrics.registry.getMetricsAsArray().map(({ name, type, ...rest }) => ({
  name,
  type: String(type),
  labels: ('labelNames' in rest ? (rest.labelNames as string[]) : []).filter((label) => label !== 'le'),
}));

/** What a histogram is shown as. */
const seriesOf = ({ name, type }: { name: string; type: string }) =>
  type === 'histogram' ? ['_bucket', '_sum', '_count'].map((end) => `${name}${end}`) : [name];
const series = new Map(known.flatMap((one) => seriesOf(one).map((name) => [name, one] as const)));

const targets = dashboard.panels.flatMap(({ title, targets = [] }) => targets.map((target) => ({ title, ...target })));

test('the dashboard names only metrics that there are, by labels that they have', () => {
  const named = targets.flatMap(({ title, expr }) =>
    [...expr.matchAll(/\b((?:activity_log|process|nodejs)_\w+)\{([^}]*)\}/g)].map(([, name = '', matchers = '']) => {
      const metric = series.get(name);
      const by = /\bby \(([^)]*)\)/.exec(expr)?.[1]?.split(/, */) ?? [];
      const matched = [...matchers.matchAll(/(\w+)\s*=/g)].map(([, label]) => label as string);
      const allowed = ['le', 'job', 'instance', ...(metric?.labels ?? [])];
      return {
        title,
        name,
        isKnown: metric !== undefined,
        unknown: [...by, ...matched].filter((one) => !allowed.includes(one)),
      };
    }),
  );
  expect(named.length).toBeGreaterThan(40);
  expect(named.filter(({ isKnown, unknown }) => !isKnown || unknown.length > 0)).toEqual([]);
  for (const { expr, title } of targets)
    expect([title, expr]).toEqual([title, expect.stringMatching(/(?:activity_log|process|nodejs)_\w+\{/)]);
});

test('the dashboard is one that Grafana takes: a schema, a data source to choose, panels that do not overlap', () => {
  expect(dashboard).toMatchObject({ uid: 'activity-log', title: 'Activity Log', schemaVersion: expect.any(Number) });
  expect(dashboard.templating.list).toContainEqual(
    expect.objectContaining({ name: 'datasource', type: 'datasource', query: 'prometheus' }),
  );
  // biome-ignore lint/suspicious/noTemplateCurlyInString: Grafana's own variable.
  for (const { datasource } of targets) expect(datasource.uid).toBe('${datasource}');
  const ids = dashboard.panels.map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
  const cells = dashboard.panels.flatMap(({ gridPos: { x, y, w, h } }) =>
    Array.from({ length: w * h }, (_, n) => `${x + (n % w)} ${y + Math.floor(n / w)}`),
  );
  expect(new Set(cells).size).toBe(cells.length);
  for (const { gridPos } of dashboard.panels) expect(gridPos.x + gridPos.w).toBeLessThanOrEqual(24);
});

test('docs/metrics.md has every metric with its labels, and no label of another kind', () => {
  const text = read('docs/metrics.md');
  const own = known.filter(({ name }) => name.startsWith('activity_log_'));
  expect(own.length).toBeGreaterThan(40);
  expect(own.filter(({ name }) => !text.includes(`| \`${name}\` |`))).toEqual([]);
  for (const label of new Set(own.flatMap(({ labels }) => labels)))
    expect([
      'by',
      'code',
      'field',
      'format',
      'method',
      'outcome',
      'pool',
      'reason',
      'route',
      'status',
      'type',
    ]).toContain(label);
});
