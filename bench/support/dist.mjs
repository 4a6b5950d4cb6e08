// The build that is measured: dist/, or the one that BENCH_DIST names.
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

const built = process.env.BENCH_DIST;

/** A module or program of the build. */
export function ofDist(path) {
  const base = built ? `${pathToFileURL(resolve(built))}/` : new URL('../../dist/', import.meta.url);
  return new URL(path, base);
}
