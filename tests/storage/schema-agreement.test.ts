import { readFileSync } from 'node:fs';
import sql from 'sql-template-tag';
import { beforeAll, expect, it } from 'vitest';
import type { Database } from '@/storage/database.ts';
import { describeOnEachDatabase } from '../support/databases.ts';

const schema = readFileSync(new URL('../../prisma/schema.prisma', import.meta.url), 'utf8');

interface Column {
  table: string;
  column: string;
  type: string;
  nullable: boolean;
  default: string | null;
}

/** The blocks of a kind, by name: their lines without comments and blanks. */
function blocks(kind: 'model' | 'enum'): Map<string, string[]> {
  const found = schema.matchAll(new RegExp(`^${kind} (\\w+) \\{\\n([^}]*)^\\}`, 'gm'));
  return new Map(
    Array.from(found, ([, name = '', body = '']) => [
      name,
      body
        .split('\n')
        .map((line) => line.replace(/\/\/.*$/, '').trim())
        .filter((line) => line !== ''),
    ]),
  );
}
const models = blocks('model');
const enums = blocks('enum');

const types: Record<string, string> = {
  String: 'text',
  Int: 'integer',
  BigInt: 'bigint',
  DateTime: 'timestamp(3) without time zone',
  Boolean: 'boolean',
  Bytes: 'bytea',
  Json: 'jsonb',
};

/** A field's type in PostgreSQL, as Prisma would make it; undefined for a relation. */
function typeOf(name: string, attributes: string): string | undefined {
  if (models.has(name)) return undefined;
  if (attributes.includes('@db.Json ')) return 'json';
  const unsupported = /^Unsupported\("(.+)"\)$/.exec(name)?.[1];
  return (
    unsupported ?? (enums.has(name) ? `"${name}"` : (types[name] ?? expect.unreachable(`an unknown type: ${name}`)))
  );
}

function defaultOf(table: string, column: string, type: string, attributes: string): string | null {
  const value = /@default\(((?:[^()]|\([^()]*(?:\([^()]*\))?[^()]*\))+)\)/.exec(attributes)?.[1];
  if (value === undefined || value === 'cuid()') return null;
  if (value === 'now()') return 'CURRENT_TIMESTAMP';
  if (value === 'autoincrement()') return `nextval('"${table}_${column}_seq"'::regclass)`;
  const generated = /^dbgenerated\("(.*)"\)$/.exec(value)?.[1];
  return generated ?? (type.startsWith('"') ? `'${value}'::${type}` : value);
}

function columnsOfSchema(): Column[] {
  return [...models].flatMap(([table, lines]) =>
    lines.flatMap((line) => {
      const [, column = '', name = '', many, optional, rest = ''] =
        /^(\w+)\s+(\w+(?:\(".*?"\))?)(\[\])?(\?)?(.*)$/.exec(line) ?? [];
      const type = column === '' || many !== undefined ? undefined : typeOf(name, `${rest} `);
      if (type === undefined) return [];
      return [{ table, column, type, nullable: optional !== undefined, default: defaultOf(table, column, type, rest) }];
    }),
  );
}

/** Every index as Prisma names it: its name, its columns, and whether it is unique. */
function indexesOfSchema(): string[] {
  const list = (text: string) => text.split(',').map((part) => part.trim());
  const shown = (table: string, columns: string[], ending: string, unique: boolean) =>
    `${ending === 'pkey' ? `${table}_pkey` : `${table}_${columns.join('_')}_${ending}`}${unique ? ' unique' : ''}: ${columns.join(', ')}`;
  return [...models].flatMap(([table, lines]) =>
    lines.flatMap((line) => {
      const [, kind, columns = ''] = /^@@(id|unique|index)\(\[(.*?)\](?:, name: "\w+")?\)$/.exec(line) ?? [];
      if (kind === 'id') return [shown(table, list(columns), 'pkey', true)];
      if (kind === 'unique') return [shown(table, list(columns), 'key', true)];
      if (kind === 'index') return [shown(table, list(columns), 'idx', false)];
      const [, own = '', attribute] = /^(\w+)\s.*@(id|unique)\b/.exec(line) ?? [];
      return attribute === undefined ? [] : [shown(table, [own], attribute === 'id' ? 'pkey' : 'key', true)];
    }),
  );
}

describeOnEachDatabase('schema.prisma and the migrations', (open) => {
  let database: Database;
  beforeAll(async () => {
    database = await open();
  });
  const sorted = <T>(values: readonly T[]) =>
    [...values].sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));

  it('agree on every column: its type, whether it may be null, and its default', async () => {
    const rows = await database.query<Column>(
      sql`SELECT c.relname AS "table", a.attname AS "column", format_type(a.atttypid, a.atttypmod) AS "type",
          NOT a.attnotnull AS "nullable", pg_get_expr(d.adbin, d.adrelid) AS "default"
        FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
        LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
        WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND c.relname <> '_prisma_migrations'`,
    );
    const expected = columnsOfSchema();
    expect(expected.length).toBeGreaterThan(20);
    expect(sorted(rows)).toEqual(sorted(expected));
  });

  it('agree on every enum, and on the order of its values', async () => {
    const rows = await database.query<{ name: string; values: string[] }>(
      sql`SELECT typname::text AS name, array_agg(enumlabel::text ORDER BY enumsortorder) AS "values"
        FROM pg_type JOIN pg_enum ON enumtypid = pg_type.oid GROUP BY typname`,
    );
    expect(new Map(rows.map(({ name, values }) => [name, values]))).toEqual(enums);
    expect(enums.size).toBe(4);
  });

  it('agree on every index and key', async () => {
    const rows = await database.query<{ shown: string }>(
      sql`SELECT i.relname || CASE WHEN x.indisunique THEN ' unique' ELSE '' END || ': ' ||
          (SELECT string_agg(a.attname, ', ' ORDER BY k.place) FROM unnest(x.indkey::int2[]) WITH ORDINALITY AS k(number, place)
            JOIN pg_attribute a ON a.attrelid = x.indrelid AND a.attnum = k.number) AS shown
        FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid
        WHERE i.relnamespace = 'public'::regnamespace AND x.indrelid <> '"_prisma_migrations"'::regclass AND x.indpred IS NULL`,
    );
    expect(rows.map(({ shown }) => shown).sort()).toEqual(indexesOfSchema().sort());
  });

  it('have no foreign key, which could keep an entry from being written', async () => {
    expect(await database.query(sql`SELECT conname FROM pg_constraint WHERE contype = 'f'`)).toEqual([]);
    expect(schema).toContain('relationMode = "prisma"');
  });

  it('compare every id and key byte by byte, whatever the locale of the database', async () => {
    const rows = await database.query<{ shown: string }>(
      sql`SELECT c.relname || '.' || a.attname AS shown FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0
        WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND c.relname <> '_prisma_migrations'
          AND a.atttypid = 'text'::regtype AND a.attcollation <> 'pg_catalog."C"'::regcollation ORDER BY 1`,
    );
    expect(rows.map(({ shown }) => shown)).toEqual([
      'ActivityLog.message',
      'Brand.name',
      'FeedEpoch.epoch',
      'FeedEpoch.systemIdentifier',
      'Workspace.name',
    ]);
  });
});
