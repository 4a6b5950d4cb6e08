import { expect, test } from 'vitest';
import { checkFile, checkImports } from '../../scripts/check-imports.mjs';

test('imports of src go down', () => {
  expect(checkImports()).toEqual([]);
});

test.each([
  ['core/activity/filter.ts', "import { readPage } from '../../storage/timeline.ts';"],
  ['live/hub.ts', "import { schema } from '../graphql/schema.ts';"],
  ['live/feed.ts', "const { readFeed } = await import('../storage/tail.ts');"],
  ['client/client.ts', "import type { Activity } from '../core/activity/activity.ts';"],
  ['storage/tail.ts', "export * from '../live/feed.ts';"],
  ['helpers/text.ts', ''],
])('%s is held to its room', (path, text) => {
  expect(checkFile(path, text)).toHaveLength(1);
});
