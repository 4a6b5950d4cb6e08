import { expect, it } from 'vitest';
import { acceptEntry } from '@/core/activity/entry-schema.ts';
import { type ExportFacts, exportedEntry } from '@/core/activity/export-entry.ts';
import { parseSnapshot, type Snapshot } from '@/core/activity/position.ts';

it('is an entry that can be kept, whatever the token and the filter have in them', () => {
  const texts = ['ä'.repeat(256), '\u0000', '\ud800', 'x'.repeat(300), ''];
  for (const text of texts) {
    for (const count of [0, 1, 100, 1_000]) {
      const list = Array.from({ length: count }, () => text);
      const scope = { workspaceId: 'w1', visibilities: ['CLIENT'], brandIds: list, internals: false } as const;
      const facts: ExportFacts = {
        order: { scope, filter: { contexts: list }, format: 'csv', formulas: 'kept' },
        moment: { snapshot: parseSnapshot('1:1:') as Snapshot, createdAt: new Date() },
        subject: text,
        by: 'token',
      };
      const entry = exportedEntry(facts);
      expect(() => acceptEntry(entry)).not.toThrow();
      const isKept = count === 0 || (count === 1 && !['\u0000', '\ud800'].includes(text));
      if (isKept) expect(entry.payload).toMatchObject({ filter: { contexts: list }, brandIds: list });
      else if (count === 1_000 && text !== '')
        expect(entry.payload).toMatchObject({ filterSha256: expect.any(String), brandIdsSha256: expect.any(String) });
    }
  }
});
