import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { AcceptedActivity } from '@/core/activity/activity.ts';
import { exportFormats, exportWriting, formulaRules } from '@/core/activity/export-format.ts';
import { EntryCutter } from '@/core/activity/export-records.ts';
import { ExportText } from '@/core/activity/export-text.ts';
import { generatedEntry, hostileText } from '../support/generated-entries.ts';

async function written(
  entries: readonly AcceptedActivity[],
  writing: ReturnType<typeof exportWriting>,
  isRest: boolean,
): Promise<Buffer> {
  async function* batches() {
    yield entries;
  }
  const chunks: Buffer[] = [];
  for await (const chunk of new ExportText(writing, isRest).chunks(batches())) chunks.push(chunk);
  return Buffer.concat(chunks);
}

const odd = fc.constantFrom('=1', 'a,"b"\r\n', "'=", '\n', '"', '\\');
const entries = fc.array(
  fc
    .tuple(generatedEntry(['w1']), fc.option(odd, { freq: 2 }), hostileText(1, 2))
    .map(([entry, message, id]) => ({ ...entry, id, message: message ?? entry.message })),
  { maxLength: 6 },
);

it('cuts an export behind whole entries, wherever it was cut on its way, and the rest of it joins on', async () => {
  await fc.assert(
    fc.asyncProperty(
      entries,
      fc.constantFrom(...exportFormats),
      fc.constantFrom(...formulaRules),
      fc.array(fc.integer({ min: 1, max: 300 }), { minLength: 1, maxLength: 5 }),
      fc.nat(),
      async (all, format, formulas, sizes, cutAt) => {
        const writing = exportWriting(format, formulas);
        const whole = await written(all, writing, false);
        // As much as comes before the cut, in pieces of these sizes.
        const cut = cutAt % (whole.length + 1);
        const cutter = new EntryCutter(format, formulas, false);
        const taken: Uint8Array[] = [];
        let count = 0;
        for (let at = 0, turn = 0; at < cut; turn += 1) {
          const end = Math.min(cut, at + (sizes[turn % sizes.length] as number));
          const found = cutter.take(whole.subarray(at, end));
          at = end;
          if (found === undefined) continue;
          count += found.count;
          expect(found.last).toBe(all[count - 1]?.id);
          taken.push(found.bytes);
        }
        const kept = Buffer.concat(taken);
        expect(Buffer.concat([kept, cutter.rest()])).toEqual(whole.subarray(0, cut));
        const rest = await written(all.slice(count), writing, count > 0);
        expect(Buffer.concat([kept, rest]).toString()).toBe(whole.toString());
        if (cut === whole.length) expect(count).toBe(all.length);
        const onwards = new EntryCutter(format, formulas, count > 0);
        expect(onwards.take(rest)?.count ?? 0).toBe(all.length - count);
      },
    ),
    { numRuns: 400 },
  );
});
