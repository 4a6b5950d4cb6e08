// The declarations of what other pages embed: those of src/viewer that react.ts and element.ts stand on, in dist/react.
import { cpSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname, posix } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = new URL('../', import.meta.url);
const compiled = new URL('dist/.embedding-types/', root);

/** Where the compiler puts every declaration, for as long as the build takes. */
export const compiledTypes = fileURLToPath(compiled);

/**
 * Takes over what the two entries need, at the same depth as it has in src: `../../client/client.ts` is in dist what it is
 * there.
 */
export function copyEmbeddingTypes() {
  const waiting = ['embedding/react.d.ts', 'embedding/element.d.ts'];
  const taken = new Set();
  for (let file = waiting.pop(); file !== undefined; file = waiting.pop()) {
    if (taken.has(file)) continue;
    taken.add(file);
    const from = new URL(`viewer/${file}`, compiled);
    const to = fileURLToPath(new URL(`dist/react/${file}`, root));
    mkdirSync(dirname(to), { recursive: true });
    cpSync(from, to);
    for (const [, imported] of readFileSync(from, 'utf8').matchAll(/(?:from |import\()['"](\.[^'"]+)\.tsx?['"]/g)) {
      const path = posix.join(posix.dirname(file), imported);
      if (!path.startsWith('../')) waiting.push(`${path}.d.ts`);
    }
  }
  rmSync(compiled, { recursive: true });
}
