import { openFileStore } from '../../src/spool/file-store.ts';

/**
 * A program for file-store-processes.test.ts: appends numbered records of many sizes, many at a time, and releases some
 * of them again. Says `kept N` and `released N` for the last one of each, once it is so. Arguments: the directory, and
 * how many; then it says `done` and waits to be killed.
 */
const [, , directory = '', count = ''] = process.argv;
const say = (text: string) => process.stdout.write(`${text}\n`);

const store = await openFileStore({ directory, segmentBytes: 8_000 });
const atOnce = 20;
const released = 7;

for (let next = 1; next <= Number(count); next += atOnce) {
  const batch = Array.from({ length: Math.min(atOnce, Number(count) - next + 1) }, (_, at) => next + at);
  await Promise.all(
    batch.map(async (number) => {
      await store.append([JSON.stringify({ number, text: 'x'.repeat((number * 37) % 1_500) })]);
      say(`kept ${number}`);
    }),
  );
  const [last] = (await store.peek({ records: released, bytes: 100_000 })).slice(-1);
  if (batch.length < atOnce || last === undefined) continue;
  await store.release(released);
  say(`released ${(JSON.parse(last) as { number: number }).number}`);
}
say('done');
process.stdin.resume();
