import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AcceptedActivity, Activity } from '@/core/activity/activity.ts';
import type { Selection } from '@/core/activity/feed.ts';
import { GroupIndex } from '@/live/group-index.ts';
import { generatedWorld, isSelected } from '../core/generated-selections.ts';
import { entryOf } from '../support/generated-entries.ts';
import { operatorScope } from './model-source.ts';

interface Item {
  selection: Selection;
}
const stored = (entry: AcceptedActivity): Activity => ({ ...entry, payload: null, transactionId: 1n, sequence: 1n });

describe('the index of groups', () => {
  it('finds every one that matches, after any adding and removing, and none that was removed', () => {
    let matched = 0;
    let spared = 0;
    fc.assert(
      fc.property(
        generatedWorld,
        fc.array(fc.nat(), { minLength: 10, maxLength: 60, size: 'max' }),
        ({ entries, selections }, turns) => {
          // Several items of one selection too.
          const items: Item[] = [...selections, ...selections].map((selection) => ({ selection }));
          const index = new GroupIndex<Item>();
          const kept = new Set<Item>();
          const check = () => {
            for (const entry of entries) {
              const candidates = new Set(index.candidates(stored(entry)));
              for (const item of candidates) expect(kept.has(item)).toBe(true);
              for (const item of kept) {
                if (isSelected(item.selection, entry)) {
                  expect(candidates.has(item)).toBe(true);
                  matched += 1;
                } else if (!candidates.has(item)) spared += 1;
              }
            }
          };
          for (const turn of turns) {
            const item = items[turn % items.length] as Item;
            if (kept.delete(item)) index.remove(item);
            else {
              kept.add(item);
              index.add(item);
            }
          }
          check();
          for (const item of [...kept].slice(kept.size / 2)) {
            kept.delete(item);
            index.remove(item);
          }
          check();
          for (const item of kept) index.remove(item);
          kept.clear();
          check();
        },
      ),
    );
    expect(matched).toBeGreaterThan(500);
    expect(spared).toBeGreaterThan(500);
  });

  it('names an entry only those that follow its entity, of ten thousand', () => {
    const index = new GroupIndex<Item>();
    for (let at = 0; at < 10_000; at += 1) {
      const entities = [{ type: 'CONTENT' as const, id: `e${at % 5_000}` }];
      index.add({ selection: { scope: operatorScope, filter: { entities, severities: ['ERROR'] } } });
    }
    const count = (fields: Partial<AcceptedActivity>) =>
      [...index.candidates(stored(entryOf({ id: 'x', entityType: 'CONTENT', ...fields })))].length;
    expect(count({ entityId: 'e17' })).toBe(2);
    expect(count({ entityId: 'e4999' })).toBe(2);
    expect(count({ entityId: 'e5000' })).toBe(0);
    expect(count({ entityId: 'e17', entityType: 'MEDIA' })).toBe(0);
    expect(count({ entityId: 'e17', workspaceId: 'w2' })).toBe(0);
  });
});
