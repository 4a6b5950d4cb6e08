// The files that are imported.
import { closeSync, openSync, readFileSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { temporaryDirectory } from '../support/children.mjs';
import { lineOf } from '../support/entries.mjs';

const linesAtOnce = 10_000;

/** A file of so many lines, numbered from 0 on. @returns its path */
export function writeLines(count) {
  const path = join(temporaryDirectory(), `${count}.jsonl`);
  const file = openSync(path, 'w');
  for (let at = 0; at < count; at += linesAtOnce) {
    const length = Math.min(linesAtOnce, count - at);
    writeSync(file, `${Array.from({ length }, (_, index) => lineOf(at + index)).join('\n')}\n`);
  }
  closeSync(file);
  return path;
}

export function writeGzip(path) {
  writeFileSync(`${path}.gz`, gzipSync(readFileSync(path)));
  return `${path}.gz`;
}
