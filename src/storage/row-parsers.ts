import type pg from 'pg';

type Parser = (text: string) => unknown;

/** The latest and the earliest moment a Date can hold: what `infinity` and `-infinity` become. */
const endOfTime = 8.64e15;

/**
 * A `timestamp` or `timestamptz` as PostgreSQL writes it (DateStyle ISO, TimeZone UTC), as a Date. A stamp without a
 * zone is UTC whatever the zone of this process is; digits beyond milliseconds are cut off; `infinity` becomes the
 * last Date there is.
 */
export function parseTimestamp(text: string): Date {
  // By hand for the form that every row has, because parsing is a third of what a page costs.
  const length = text.length;
  if (length >= 19 && length <= 26 && text.charCodeAt(4) === 45 && text.charCodeAt(10) === 32 && isPlain(text)) {
    return new Date(
      Date.UTC(
        digits(text, 0, 4),
        digits(text, 5, 7) - 1,
        digits(text, 8, 10),
        digits(text, 11, 13),
        digits(text, 14, 16),
        digits(text, 17, 19),
        length > 20 ? thousandths(text, length) : 0,
      ),
    );
  }
  return parseUnusual(text);
}

/** No zone, no "BC", and a year that Date.UTC does not take for 19xx. */
function isPlain(text: string): boolean {
  const last = text.charCodeAt(text.length - 1);
  const zone = text.length >= 22 ? text.charCodeAt(text.length - 3) : 0;
  return last >= 48 && last <= 57 && zone !== 43 && zone !== 45 && !text.startsWith('00');
}

function digits(text: string, from: number, to: number): number {
  let value = 0;
  for (let index = from; index < to; index++) value = value * 10 + text.charCodeAt(index) - 48;
  return value;
}

/** Of the digits behind the point, those of milliseconds. */
function thousandths(text: string, length: number): number {
  const end = Math.min(length, 23);
  return digits(text, 20, end) * (powers[end - 20] as number);
}
const powers = [0, 100, 10, 1];

/** Zones, years of five digits, years before Christ and infinity. */
function parseUnusual(text: string): Date {
  if (text === 'infinity') return new Date(endOfTime);
  if (text === '-infinity') return new Date(-endOfTime);
  const match = /^(\d{4,})-(\d\d)-(\d\d) (\d\d:\d\d:\d\d)(?:\.(\d+))?([+-]\d\d(?::\d\d)?)?( BC)?$/.exec(text);
  if (match === null) return new Date(Number.NaN);
  const [, year, month, day, time, fraction = '', zone = '+00', era] = match;
  const astronomical = era === undefined ? Number(year) : 1 - Number(year);
  const sign = astronomical < 0 ? '-' : '+';
  const date = `${sign}${String(Math.abs(astronomical)).padStart(6, '0')}-${month}-${day}`;
  const offset = zone.length === 3 ? `${zone}:00` : zone;
  return new Date(`${date}T${time}.${fraction.slice(0, 3).padEnd(3, '0')}${offset}`);
}

const asText: Parser = (text) => text;

/** Reads a one-dimensional array literal such as `{a,"b \"c\"",NULL}`. */
function arrayOf(element: Parser): Parser {
  return (text) =>
    Array.from(text.slice(1, -1).matchAll(/"((?:[^"\\]|\\.)*)"|([^,]+)/gs), ([, quoted, bare]) => {
      if (bare === 'NULL') return null;
      return element(bare ?? (quoted as string).replace(/\\(.)/gs, '$1'));
    });
}

/**
 * How the values of a row are read, by the type's OID; a type that is not here comes as text. The same for both
 * databases, so that storage cannot tell them apart.
 */
export const rowParsers: Readonly<Record<number, Parser>> = {
  16: (text) => text === 't', // bool
  17: (text) => Buffer.from(text.slice(2), 'hex'), // bytea
  20: BigInt, // int8
  21: Number, // int2
  23: Number, // int4
  26: Number, // oid
  114: asText, // json: a payload goes out as it came in, unparsed
  700: Number, // float4
  701: Number, // float8
  1005: arrayOf(Number), // int2[]
  1007: arrayOf(Number), // int4[]
  1009: arrayOf(asText), // text[]
  1015: arrayOf(asText), // varchar[]
  1016: arrayOf(BigInt), // int8[]
  1082: asText, // date: pg would make local midnight of it
  1114: parseTimestamp, // timestamp
  1184: parseTimestamp, // timestamptz
  3802: (text) => JSON.parse(text), // jsonb
  5038: asText, // pg_snapshot
  5069: asText, // xid8
};

/** `rowParsers` as pg wants them: for a query or a pool, never registered globally, so that Prisma keeps its own. */
export const pgTypes: pg.CustomTypesConfig = {
  getTypeParser: (oid: number) => rowParsers[oid] ?? asText,
};

/**
 * A parameter as the text both databases take: Dates as ISO strings in UTC, so that neither driver puts the process'
 * zone into them; arrays as array literals; bytes in hex; undefined as null.
 * @throws TypeError for a value that has no such form (an object: pass `JSON.stringify(value)`)
 */
export function toParameter(value: unknown): string | null {
  if (value === null || value === undefined) return null;
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean') return String(value);
  if (value instanceof Date) return dateText(value);
  if (value instanceof Uint8Array) return `\\x${Buffer.from(value).toString('hex')}`;
  if (Array.isArray(value)) return `{${value.map(toElement).join(',')}}`;
  throw new TypeError(`A ${typeof value} cannot be a parameter of a statement. Pass text, for JSON its JSON text.`);
}

/** PostgreSQL writes years in its own way where ISO 8601 wants a sign and six digits. */
function dateText(date: Date): string {
  const year = date.getUTCFullYear();
  if (year > 0 && year <= 9999) return date.toISOString();
  const rest = date.toISOString().replace(/^[+-]?\d+/, '');
  return year > 0 ? `${year}${rest}` : `${String(1 - year).padStart(4, '0')}${rest} BC`;
}

function toElement(value: unknown): string {
  if (Array.isArray(value)) return toParameter(value) as string;
  const text = toParameter(value);
  if (text === null) return 'NULL';
  return /["\\]/.test(text) ? `"${text.replace(/["\\]/g, '\\$&')}"` : `"${text}"`;
}
