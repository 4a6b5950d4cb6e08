// Imports go down: each room of src may import itself and the rooms above it in this list, and nothing else.
import { readdirSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { fileURLToPath } from 'node:url';

const src = fileURLToPath(new URL('../src/', import.meta.url));

/** Room by room: what a file's path begins with (the longest that fits counts), and what it may import besides itself. */
const foundation = ['errors.ts', 'setting.ts', 'config.ts', 'log.ts', 'metrics.ts', 'in-flight.ts', 'tracing/'];
const rooms = {
  'errors.ts': [],
  'setting.ts': ['errors.ts'],
  'config.ts': ['setting.ts'],
  'log.ts': [],
  'metrics.ts': [],
  'in-flight.ts': [],
  'tracing/': ['log.ts'],
  // Knows nothing of entries: the service and the client both keep what they cannot deliver in it.
  'spool/': [],
  'core/': foundation,
  'storage/': [...foundation, 'core/', 'spool/'],
  // The door for applications: it stands in core because applications import it from there, and opens storage for them.
  'core/activity/activity-log.service.ts': [...foundation, 'core/', 'storage/'],
  'live/': [...foundation, 'core/'],
  'graphql/': [...foundation, 'core/', 'storage/', 'live/'],
  'server/': [...foundation, 'core/', 'storage/', 'live/', 'graphql/'],
  // Applications and browsers load it: nothing of the service comes with it but what an entry is.
  'client/': ['spool/', 'core/activity/entry-schema.ts'],
  'cli/': [...foundation, 'core/', 'storage/', 'live/', 'graphql/', 'server/', 'client/'],
  'viewer/': ['client/', 'core/activity/export-records.ts'],
};

const roomOf = (path) =>
  Object.keys(rooms)
    .filter((room) => path.startsWith(room))
    .sort((a, b) => b.length - a.length)[0];

/** What is wrong with one file's imports, a line each. */
export function checkFile(path, text) {
  const room = roomOf(path);
  if (room === undefined) return [`${path}: belongs to no room; name its room in scripts/check-imports.mjs`];
  const imports = [...text.matchAll(/(?:from|import)\s*\(?\s*'(\.{1,2}\/[^']+)'/g)].map(([, to]) =>
    posix.normalize(posix.join(posix.dirname(path), to)),
  );
  return imports
    .filter((to) => {
      const other = roomOf(to);
      return other !== room && !rooms[room].some((allowed) => to.startsWith(allowed));
    })
    .map((to) => `${path}: imports ${to}, but ${room} may import only ${rooms[room].join(', ') || 'itself'}`);
}

/** What is wrong with the imports of src. */
export function checkImports() {
  return readdirSync(src, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name).slice(src.length))
    .flatMap((path) => checkFile(path, readFileSync(join(src, path), 'utf8')));
}
