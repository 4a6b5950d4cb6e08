import { ActivityLogClientError } from './client-error.ts';
import { type ActivityLogInput, LogManyDocument, type LogManyMutation } from './generated/graphql.ts';
import type { Request } from './request.ts';

/** What became of one entry: either `activity` or `error`. */
export type LogResult = LogManyMutation['activityLogMany']['results'][number];

/** The most entries, and the most bytes of entries as JSON, of one call. The service takes 1,000 and 8 MiB. */
const mostOfCall = { entries: 1_000, bytes: 6 * 1024 * 1024 } as const;

const encoder = new TextEncoder();
const sizeOf = (entry: ActivityLogInput): number => encoder.encode(JSON.stringify(entry)).length + 1;

/** The entries in calls that the service takes, in their order. */
function* split(entries: readonly ActivityLogInput[]): Generator<ActivityLogInput[]> {
  let call: ActivityLogInput[] = [];
  let bytes = 0;
  for (const entry of entries) {
    const size = sizeOf(entry);
    if (call.length > 0 && (call.length === mostOfCall.entries || bytes + size > mostOfCall.bytes)) {
      yield call;
      call = [];
      bytes = 0;
    }
    call.push(entry);
    bytes += size;
  }
  if (call.length > 0) yield call;
}

const refused = (code: string, message: string, field: string | null): LogResult => ({
  activity: null,
  duplicate: false,
  error: { code, message, field },
});

/** The entries that GraphQL did not let through: by their place, with why. It refuses the whole call for one of them. */
function refusals(error: unknown, count: number): Map<number, LogResult> {
  const places = new Map<number, LogResult>();
  if (!(error instanceof ActivityLogClientError)) return places;
  for (const { code, message, field } of error.errors) {
    const [, place, path] = /^input\[(\d+)\](?:\.(.+))?$/.exec(field ?? '') ?? [];
    if (place === undefined || Number(place) >= count || places.has(Number(place))) continue;
    places.set(Number(place), refused(code, message, path ?? null));
  }
  return places;
}

async function logCall(request: Request, entries: readonly ActivityLogInput[]): Promise<LogResult[]> {
  const [only] = entries;
  if (only !== undefined && entries.length === 1 && sizeOf(only) > mostOfCall.bytes) {
    return [refused('LIMIT_EXCEEDED', `an entry takes at most ${mostOfCall.bytes} bytes as JSON`, null)];
  }
  try {
    return (await request(LogManyDocument, { input: [...entries] })).activityLogMany.results;
  } catch (error) {
    const places = refusals(error, entries.length);
    if (places.size === 0) throw error;
    const rest = entries.filter((_entry, place) => !places.has(place));
    const results = rest.length === 0 ? [] : await logCall(request, rest);
    let next = 0;
    return entries.map((_entry, place) => places.get(place) ?? (results[next++] as LogResult));
  }
}

/** Logs any number of entries, in calls of at most 1,000 and about 6 MiB, one after the other. One result each. */
export async function logMany(request: Request, entries: readonly ActivityLogInput[]): Promise<LogResult[]> {
  const results: LogResult[] = [];
  for (const call of split(entries)) {
    for (const result of await logCall(request, call)) results.push(result);
  }
  return results;
}
