// Writes docs/metrics.md from the registry of metrics.
import { writeFileSync } from 'node:fs';
import { Metrics } from '../dist/metrics.js';

const cell = (text) => text.replaceAll('|', '\\|');
const rows = new Metrics().registry
  .getMetricsAsArray()
  .toSorted((a, b) => (a.name < b.name ? -1 : 1))
  .map(({ name, type, help, labelNames }) => {
    const labels = labelNames.filter((label) => label !== 'le').map((label) => `\`${label}\``);
    return `| \`${name}\` | ${type} | ${labels.join(', ')} | ${cell(help)} |`;
  });
writeFileSync(
  new URL('../docs/metrics.md', import.meta.url),
  `# Metrics

Made from the registry in \`src/metrics.ts\` by \`npm run generate\`. \`/metrics\` shows them in the text format of Prometheus,
and beside them those of the process that [prom-client](https://github.com/siimon/prom-client#default-metrics) collects
(\`process_*\`, \`nodejs_*\`). No label ever has the id of a workspace, a path or anything else that callers make up. How to
use them: [observability.md](observability.md).

| name | type | labels | what it is |
|---|---|---|---|
${rows.join('\n')}
`,
);
