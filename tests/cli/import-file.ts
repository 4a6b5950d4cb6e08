import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { join } from 'node:path';

export interface ImportedLine {
  entityId: string;
  [field: string]: unknown;
}

/** The n-th line of a file that an application might have written: what it says is its own, but every 50th line is the same. */
export function lineOf(n: number): ImportedLine {
  const said = {
    entityType: 'PUBLICATION',
    eventKey: n % 3 === 0 ? 'publication.published' : 'publication.failed',
    actorType: 'WORKER',
    actorLabel: 'Publisher',
  };
  if (n % 50 === 0) return { ...said, entityId: 'the same', message: 'Again' };
  return {
    ...said,
    entityId: `p${n}`,
    message: `Publication ${n} of the month`,
    payload: { b: n, a: [`n${n}`, { deep: 'é"\\\n' }] },
    ...(n % 4 === 0 ? { idempotencyKey: `own ${n}` } : {}),
    ...(n % 5 === 0 ? { createdAt: new Date(Date.UTC(2025, 0, 1) + n * 1_000).toISOString() } : {}),
  };
}

/** Writes the lines from 1 to `count` into a file. @returns its path */
export async function writeLines(
  directory: string,
  count: number,
  line: (n: number) => object = lineOf,
): Promise<string> {
  const path = join(directory, `${count}.jsonl`);
  const file = createWriteStream(path);
  const step = 5_000;
  for (let from = 1; from <= count; from += step) {
    const numbers = Array.from({ length: Math.min(step, count + 1 - from) }, (_, at) => from + at);
    if (!file.write(numbers.map((n) => `${JSON.stringify(line(n))}\n`).join(''))) await once(file, 'drain');
  }
  file.end();
  await once(file, 'close');
  return path;
}
