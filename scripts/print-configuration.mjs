// Writes docs/configuration.md from the one table of settings.
import { writeFileSync } from 'node:fs';
import { settings } from '../dist/config.js';

const cell = (text) => text.replaceAll('|', '\\|');
const rows = settings.map(
  ({ name, default: otherwise, takes, help }) =>
    `| \`${name}\` | ${cell(help)} | ${cell(takes)} | ${cell(otherwise)} |`,
);
writeFileSync(
  new URL('../docs/configuration.md', import.meta.url),
  `# Configuration

Made from the table of settings in \`src/config.ts\` by \`npm run generate\`. All settings are environment variables; an
empty one counts as unset. A bad value stops the start with a message that names the setting, what it got and what it takes.

| name | what it is | takes | default |
|---|---|---|---|
${rows.join('\n')}
`,
);
