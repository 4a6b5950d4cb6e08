/**
 * Places in the feed. PostgreSQL assigns ids and times before commit, so neither tells what is new; two snapshots do:
 * new since A is what A does not show and B does. (PgQ's ticks, SpiceDB's resume tokens; docs/decisions/0002.)
 */

/** Which transactions could be seen at one moment: all below `xmin`, none from `xmax` on, and none of `xip`. */
export interface Snapshot {
  xmin: bigint;
  xmax: bigint;
  xip: readonly bigint[];
}

/** An entry's place: the transaction that wrote it, and its order inside it. */
export interface Place {
  transactionId: bigint;
  sequence: bigint;
}

/**
 * How far a reader has come: it has all that `seen` shows and, inside the window that ends at `until`, all up to and
 * including `place`.
 */
export interface Position {
  seen: Snapshot;
  within?: { until: Snapshot; place: Place };
}

/** Reads PostgreSQL's text form, `xmin:xmax:xip,xip,…`. Undefined where it is none. */
export function parseSnapshot(text: string): Snapshot | undefined {
  const match = /^(\d{1,20}):(\d{1,20}):((?:\d{1,20}(?:,\d{1,20})*)?)$/.exec(text);
  if (match === null) return undefined;
  const [, xmin = '', xmax = '', xip = ''] = match;
  const snapshot = { xmin: BigInt(xmin), xmax: BigInt(xmax), xip: xip === '' ? [] : xip.split(',').map(BigInt) };
  const inOrder = snapshot.xip.every((id) => id >= snapshot.xmin && id < snapshot.xmax);
  return snapshot.xmin <= snapshot.xmax && inOrder ? snapshot : undefined;
}

/** The first transaction id that PostgreSQL gives out. */
const firstId = 3n;

/**
 * The snapshot without what a crash could undo. A transaction that wrote no entry need not be on the disk when it is
 * over: after a crash PostgreSQL gives its id out again, and a reader that held it for seen would miss the entries of the
 * new one. An id up to that of a committed entry is never given out again, and above the latest there is nothing to see:
 * so the snapshot ends there, and shows the same entries.
 * @param latest the highest transaction id of all the entries that it shows; undefined where there is no entry.
 */
export function endAtLatest(snapshot: Snapshot, latest: bigint | undefined): Snapshot {
  const xmax = latest === undefined ? firstId : latest + 1n;
  if (xmax >= snapshot.xmax) return snapshot;
  const xmin = snapshot.xmin < xmax ? snapshot.xmin : xmax;
  return { xmin, xmax, xip: snapshot.xip.filter((id) => id < xmax) };
}

/** PostgreSQL's text form. */
export function formatSnapshot({ xmin, xmax, xip }: Snapshot): string {
  return `${xmin}:${xmax}:${xip.join(',')}`;
}

/** True where the snapshot shows what the transaction wrote, given that it committed. */
export function isVisible({ xmin, xmax, xip }: Snapshot, transactionId: bigint): boolean {
  return transactionId < xmin || (transactionId < xmax && !xip.includes(transactionId));
}

/** Order of the feed inside one window. */
export function comparePlaces(a: Place, b: Place): number {
  if (a.transactionId !== b.transactionId) return a.transactionId < b.transactionId ? -1 : 1;
  return a.sequence < b.sequence ? -1 : a.sequence > b.sequence ? 1 : 0;
}

/** True where a reader at the position already has the entry at this place. */
export function isBehind(position: Position, place: Place): boolean {
  if (isVisible(position.seen, place.transactionId)) return true;
  const { within } = position;
  return (
    within !== undefined && isVisible(within.until, place.transactionId) && comparePlaces(place, within.place) <= 0
  );
}
