import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url));

const resolve = {
  alias: [
    // Vite would give our code the copy for bundlers, Node gives packages the other: two GraphQLErrors, none of them ours.
    { find: /^graphql$/, replacement: path('./node_modules/graphql/index.js') },
    { find: /^@\//, replacement: path('./src/') },
    // The brief's code imports the client by the package's name.
    { find: /^@prisma\/client$/, replacement: path('./src/storage/generated/prisma/client.ts') },
  ],
};

const common = {
  pool: 'forks',
  // One more than the cores of the smallest machine: many tests wait, for time-outs and for processes that they have killed.
  maxWorkers: 3,
  // What is not over by then hangs; on a machine with other work the longest take a minute.
  testTimeout: 120_000,
  hookTimeout: 60_000,
  // What is waited for comes when the machine has time for it.
  expect: { poll: { timeout: 20_000 } },
  teardownTimeout: 30_000,
  retry: 0,
} as const;

/** Files that may follow one another in a process, which loads the service once: a second and more for each file. */
const light = ['core', 'graphql', 'live', 'repository', 'spool'].map((room) => `tests/${room}/**/*.test.ts`);

export default defineConfig({
  resolve,
  test: {
    ...common,
    globalSetup: ['tests/support/global-setup.ts'],
    projects: [
      { resolve, test: { ...common, name: 'alone', include: ['tests/**/*.test.ts'], exclude: light } },
      { resolve, test: { ...common, name: 'together', include: light, isolate: false } },
    ],
  },
});
