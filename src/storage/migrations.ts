import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';

/** The folder of the package's SQL migrations, beside `src` and `dist`. */
const folder = new URL('../../prisma/migrations/', import.meta.url);

export interface Migration {
  /** The folder's name, as Prisma Migrate records it. */
  name: string;
  sql: string;
  /** SHA-256 of the file in hex, as Prisma Migrate records it. */
  checksum: string;
}

/** The migrations of this build, oldest first. */
export function readMigrations(): Migration[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => {
      const bytes = readFileSync(new URL(`${name}/migration.sql`, folder));
      return { name, sql: bytes.toString('utf8'), checksum: createHash('sha256').update(bytes).digest('hex') };
    })
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}
