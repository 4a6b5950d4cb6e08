import fc from 'fast-check';
import sql, { empty, join, raw, type Sql } from 'sql-template-tag';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Database } from '../../src/storage/database.ts';
import { parseTimestamp, toParameter } from '../../src/storage/row-parsers.ts';
import { describeOnEachDatabase } from '../support/databases.ts';

async function value(database: Database, statement: Sql): Promise<unknown> {
  const [row] = await database.query<{ value: unknown }>(sql`SELECT ${statement} AS value`);
  return row?.value;
}

const iso = '2024-07-01T12:34:56.789Z';
const text = 'a "b" \\ {c},\n\t\' $1 ü 漢字 👩‍👩‍👧 NULL';

describeOnEachDatabase('values', (open) => {
  let database: Database;
  beforeAll(async () => {
    database = await open();
  });

  it.each([
    ['timestamp(3)', sql`${iso}::timestamp(3)`, new Date(iso)],
    ['timestamp with microseconds, cut', sql`'2024-07-01 12:34:56.7899'::timestamp`, new Date(iso)],
    ['timestamp without a fraction', sql`'2024-07-01 12:34:56'::timestamp`, new Date('2024-07-01T12:34:56Z')],
    ['timestamp with tenths', sql`'2024-07-01 12:34:56.7'::timestamp`, new Date('2024-07-01T12:34:56.700Z')],
    ['timestamptz', sql`'2024-07-01 14:34:56.789+02'::timestamptz`, new Date(iso)],
    ['int8', sql`9007199254740993::int8`, 9007199254740993n],
    ['small int8', sql`1::int8`, 1n],
    ['count', sql`(SELECT count(*) FROM "ActivityLog")`, 0n],
    ['json', sql`'{ "b": 1.0, "a": [ 1 ] , "b":2}'::json`, '{ "b": 1.0, "a": [ 1 ] , "b":2}'],
    ['jsonb', sql`'{"b": 1}'::jsonb`, { b: 1 }],
    ['xid8', sql`'18446744073709551615'::xid8`, '18446744073709551615'],
    ['pg_snapshot', sql`'10:20:12,15'::pg_snapshot`, '10:20:12,15'],
    ['numeric', sql`1.50::numeric`, '1.50'],
    ['date', sql`'2024-07-01'::date`, '2024-07-01'],
    ['int4', sql`-7::int4`, -7],
    ['float8', sql`0.1::float8`, 0.1],
    ['bool', sql`true`, true],
    ['bytea', sql`'\\x00ff'::bytea`, Buffer.from([0, 255])],
    ['enum', sql`'WARNING'::"ActivitySeverity"`, 'WARNING'],
    ['enum[] as text', sql`'{INFO,WARNING}'::"ActivitySeverity"[]`, '{INFO,WARNING}'],
    ['text[]', sql`'{a,"b \\"c\\", d",NULL,"NULL",""}'::text[]`, ['a', 'b "c", d', null, 'NULL', '']],
    ['empty text[]', sql`'{}'::text[]`, []],
    ['int8[]', sql`'{1,NULL,9007199254740993}'::int8[]`, [1n, null, 9007199254740993n]],
    ['null', sql`NULL::timestamp`, null],
  ])('reads %s', async (_, statement, expected) => {
    expect(await value(database, statement)).toEqual(expected);
  });

  it.each([
    ['string', sql`${text}::text`, text],
    ['number', sql`${5}::int4`, 5],
    ['number as text', sql`${5}::text`, '5'],
    ['bigint', sql`${9007199254740993n}::int8`, 9007199254740993n],
    ['xid8 from text', sql`${'77'}::xid8`, '77'],
    ['boolean', sql`${true}::bool`, true],
    ['false', sql`${false}::bool`, false],
    ['null', sql`${null}::text`, null],
    ['Date', sql`${new Date(iso)}::timestamp(3)`, new Date(iso)],
    ['Date as timestamptz', sql`${new Date(iso)}::timestamptz`, new Date(iso)],
    ['string[]', sql`${[text, '', 'NULL', '{}']}::text[]`, [text, '', 'NULL', '{}']],
    ['empty string[]', sql`${[]}::text[]`, []],
    ['string[] with null', sql`${['a', null]}::text[]`, ['a', null]],
    ['bigint[]', sql`${[1n, 2n]}::int8[]`, [1n, 2n]],
    ['Date[]', sql`(${[new Date(iso)]}::timestamp(3)[])[1]`, new Date(iso)],
    ['enum[]', sql`(${['INFO', 'ERROR']}::"ActivitySeverity"[])[2]`, 'ERROR'],
    ['json text', sql`${'{ "a" : "\\u00fc" }'}::json`, '{ "a" : "\\u00fc" }'],
    ['json text that is a string', sql`${'"x"'}::json`, '"x"'],
    ['bytes', sql`${Buffer.from('hi\0')}::bytea`, Buffer.from('hi\0')],
  ])('takes %s', async (_, statement, expected) => {
    expect(await value(database, statement)).toEqual(expected);
  });

  it('keeps any moment and any text', async () => {
    const date = fc.date({
      min: new Date('0001-01-01T00:00:00Z'),
      max: new Date('+020000-01-01T00:00:00Z'),
      noInvalidDate: true,
    });
    const strings = fc.array(
      fc.string({ unit: 'grapheme' }).filter((one) => !one.includes('\0')),
      { maxLength: 5 },
    );
    await fc.assert(
      fc.asyncProperty(date, strings, async (moment, list) => {
        const [row] = await database.query(sql`SELECT ${moment}::timestamp(3) AS moment, ${list}::text[] AS list`);
        expect(row).toEqual({ moment, list });
      }),
      { numRuns: 100 },
    );
  });

  it('reads moments that a Date barely holds', async () => {
    expect(await value(database, sql`'infinity'::timestamp`)).toEqual(new Date(8.64e15));
    expect(await value(database, sql`'-infinity'::timestamp`)).toEqual(new Date(-8.64e15));
    expect(await value(database, sql`'0044-03-15 12:00:00 BC'::timestamp`)).toEqual(
      new Date('-000043-03-15T12:00:00Z'),
    );
    expect(await value(database, sql`${new Date('-000043-03-15T12:00:00Z')}::timestamp`)).toEqual(
      new Date('-000043-03-15T12:00:00Z'),
    );
  });

  it('runs its sessions in UTC', async () => {
    expect(await value(database, sql`current_setting('TimeZone')`)).toBe('UTC');
    expect(await value(database, sql`current_setting('DateStyle')`)).toMatch(/^ISO/);
  });

  it('takes one statement a query, and joined pieces', async () => {
    await expect(database.query(sql`SELECT 1; SELECT 2`)).rejects.toMatchObject({ code: '42601' });
    const list = join([1, 2].map((one) => sql`${one}::int4`));
    expect(await database.query(sql`SELECT ${list} ${empty}${raw('')}`)).toHaveLength(1);
  });

  it('refuses an object as a parameter', async () => {
    // The type allows any value: sql-template-tag's values are unknown.
    await expect(database.query(sql`SELECT ${{ a: 1 }}::json`)).rejects.toThrow('JSON text');
  });

  it('leaves Prisma its own reading', async () => {
    const createdAt = new Date(iso);
    const { prisma } = database;
    const data = {
      workspaceId: 'w',
      entityType: 'BRAND',
      entityId: 'e',
      eventKey: 'brand.created',
      actorType: 'USER',
    } as const;
    const created = await prisma.activityLog.create({ data: { ...data, payload: { z: 1, a: [true] }, createdAt } });
    const found = await prisma.activityLog.findUniqueOrThrow({ where: { id: created.id } });
    expect(found).toMatchObject({
      payload: { z: 1, a: [true] },
      createdAt,
      entityType: 'BRAND',
      sequence: expect.any(BigInt),
    });
    const bytes = await prisma.feedEpoch.findFirst();
    expect(bytes?.cursorKey ?? new Uint8Array()).toBeInstanceOf(Uint8Array);
    const [row] = await database.query(
      sql`SELECT "createdAt", "sequence", "payload"::text AS payload FROM "ActivityLog"`,
    );
    expect(row).toMatchObject({ createdAt, sequence: found.sequence });
    const rows = await prisma.$queryRaw<
      { at: Date; big: bigint }[]
    >`SELECT "createdAt" AS at, "sequence" AS big FROM "ActivityLog"`;
    expect(rows).toEqual([{ at: createdAt, big: found.sequence }]);
  });
});

describe('without a database', () => {
  it('reads timestamps as the general parser does', () => {
    const date = fc.date({
      min: new Date('0001-01-01T00:00:00Z'),
      max: new Date('9999-12-31T23:59:59Z'),
      noInvalidDate: true,
    });
    fc.assert(
      fc.property(date, (moment) => {
        expect(parseTimestamp(moment.toISOString().replace('T', ' ').replace('Z', ''))).toEqual(moment);
      }),
    );
  });

  it('does not take what is no timestamp for one', () => {
    expect(parseTimestamp('yesterday').getTime()).toBeNaN();
  });

  it('writes Dates in UTC', () => {
    expect(toParameter(new Date(iso))).toBe(iso);
  });
});
