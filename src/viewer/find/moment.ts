/** Where and when somebody reads: what `today` is. */
export interface Reader {
  /** A name of the time zone database. */
  readonly timeZone: string;
  /** Milliseconds; the present by default. */
  readonly now?: number;
}

const absolute = /^([12]\d{3}-\d\d-\d\d)(?:T(\d\d:\d\d(?::\d\d(?:\.\d{1,3})?)?)(Z|[+-]\d\d:\d\d)?)?$/i;
const relative = /^(\d{1,5})(m|h|d|w)$/i;
const lengths: Record<string, number> = { m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 };
const day = 86_400_000;

/** How far the clocks of a time zone are ahead of UTC, in milliseconds. */
function offsetAt(moment: number, timeZone: string): number {
  const parts = new Intl.DateTimeFormat('en-US', {
    ...{ timeZone, hourCycle: 'h23', year: 'numeric', month: '2-digit', day: '2-digit' },
    ...{ hour: '2-digit', minute: '2-digit', second: '2-digit' },
  }).formatToParts(moment);
  const of = (type: Intl.DateTimeFormatPartTypes) => parts.find((part) => part.type === type)?.value ?? '00';
  const shown = `${of('year').padStart(4, '0')}-${of('month')}-${of('day')}T${of('hour')}:${of('minute')}:${of('second')}Z`;
  return Date.parse(shown) - Math.floor(moment / 1000) * 1000;
}

/**
 * The moment at which clocks show a time. Of two, where they are put back, the first; where they are put forward over it,
 * the one that they would have shown it at.
 * @param shown as if it was of UTC, in milliseconds
 */
function momentShown(shown: number, timeZone: string): number {
  const offsets = [shown - day, shown + day].map((near) => offsetAt(near, timeZone));
  const fitting = offsets
    .map((offset) => shown - offset)
    .filter((moment) => moment + offsetAt(moment, timeZone) === shown);
  return fitting.length > 0 ? Math.min(...fitting) : shown - (offsets[0] ?? 0);
}

/** True for a day of the calendar with a time of day. */
function exists(date: string, time: string): boolean {
  const moment = new Date(`${date}T${time}Z`);
  return !Number.isNaN(moment.getTime()) && moment.toISOString().startsWith(date) && !time.startsWith('24');
}

/** True for what `momentOf` reads. */
export function isMoment(text: string): boolean {
  const [, date, time = '00:00', zone] = absolute.exec(text) ?? [];
  if (date === undefined) return relative.test(text) || /^(today|yesterday)$/i.test(text);
  if (!exists(date, time)) return false;
  return zone === undefined || !Number.isNaN(Date.parse(`${date}T${time}${zone.toUpperCase()}`));
}

/**
 * Reads `2026-11-01`, `2026-11-01T10:15`, `2026-11-01T10:15Z`, `today`, `yesterday` and how long ago: `30m`, `24h`, `7d`, `2w`.
 * @returns milliseconds; undefined for anything else
 */
export function momentOf(text: string, { timeZone, now = Date.now() }: Reader): number | undefined {
  if (!isMoment(text)) return undefined;
  const [, count, unit] = relative.exec(text) ?? [];
  if (count !== undefined && unit !== undefined) return now - Number(count) * (lengths[unit.toLowerCase()] ?? 0);
  const [, date, time = '00:00', zone] = absolute.exec(text) ?? [];
  if (date !== undefined && zone !== undefined) return Date.parse(`${date}T${time}${zone.toUpperCase()}`);
  if (date !== undefined) return momentShown(Date.parse(`${date}T${time}Z`), timeZone);
  const today = Math.floor((now + offsetAt(now, timeZone)) / day) * day;
  return momentShown(text.toLowerCase() === 'today' ? today : today - day, timeZone);
}
