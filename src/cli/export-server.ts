import { once } from 'node:events';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { pipeline } from 'node:stream';
import { text } from 'node:stream/consumers';
import { createGunzip } from 'node:zlib';
import type { ExportTotals } from '../core/activity/export-text.ts';
import { ActivityLogError, type ErrorCode, errorCatalogue } from '../errors.ts';
import { UsageError } from './exit.ts';
import type { ExportPart, ExportPlace, ExportSource, ExportWish } from './export-source.ts';
import type { RemoteOptions } from './remote.ts';

/** Milliseconds of silence after which a server is given up: matches can be far between. */
const patience = 5 * 60_000;

function baseOf(url: string): URL {
  const base = URL.canParse(url) ? new URL(url) : undefined;
  if (base === undefined || !/^https?:$/.test(base.protocol))
    throw new UsageError(`--url takes an http:// or https:// URL, got ${url}`);
  base.pathname = base.pathname.replace(/\/(graphql\/?)?$/, '/');
  return base;
}

/** What the server says, or what stands for it, as an error of the catalogue. */
async function refusalOf(response: IncomingMessage): Promise<ActivityLogError> {
  const status = response.statusCode ?? 0;
  try {
    const { errors } = JSON.parse(await text(response)) as {
      errors: [{ message: string; extensions: { code: ErrorCode; field?: string } }];
    };
    const [{ message, extensions }] = errors;
    if (extensions.code in errorCatalogue)
      return new ActivityLogError(extensions.code, message, { field: extensions.field });
  } catch {
    // A proxy has answered.
  }
  return new ActivityLogError(status >= 500 ? 'UNAVAILABLE' : 'BAD_USER_INPUT', `The server answered ${status}.`);
}

const unreachable = (cause: unknown): ActivityLogError =>
  new ActivityLogError('UNAVAILABLE', `The server was lost: ${(cause as Error).message || String(cause)}.`, { cause });

async function send(url: URL, token: string, signal: AbortSignal): Promise<IncomingMessage> {
  const send = url.protocol === 'https:' ? httpsRequest : httpRequest;
  const headers = { authorization: `Bearer ${token}`, 'accept-encoding': 'gzip' };
  try {
    const outgoing = send(url, { headers, signal, timeout: patience });
    outgoing.on('timeout', () => outgoing.destroy(new Error('it says nothing')));
    outgoing.end();
    const [response] = (await once(outgoing, 'response')) as [IncomingMessage];
    // Lost later on, that is seen where the answer is read.
    outgoing.on('error', () => undefined);
    return response;
  } catch (error) {
    throw unreachable(error);
  }
}

async function* bytesOf(response: IncomingMessage): AsyncGenerator<Buffer> {
  const isGzip = response.headers['content-encoding'] === 'gzip';
  try {
    // An answer that is cut ends with an error either way.
    yield* (isGzip ? pipeline(response, createGunzip(), () => undefined) : response) as AsyncIterable<Buffer>;
  } catch (error) {
    throw unreachable(error);
  }
  if (!response.complete) throw unreachable(new Error('the answer was cut'));
}

function totalsOf({ trailers }: IncomingMessage): ExportTotals | undefined {
  const { 'activity-log-count': count, 'activity-log-bytes': bytes, 'activity-log-sha256': sha256 } = trailers;
  return sha256 === undefined ? undefined : { count: Number(count), bytes: Number(bytes), sha256 };
}

/** Exports through the server that the options name; undefined where they name none. */
export function exportServer(wish: ExportWish, { url, token }: RemoteOptions): ExportSource | undefined {
  if (url === undefined) return undefined;
  if (token === undefined || token === '')
    throw new UsageError('--url needs a token: give --token, or set ACTIVITY_TOKEN. `activity-log token` prints one.');
  const base = baseOf(url);
  const { workspaceId, format, formulas, parsed } = wish;
  return {
    async open(place: ExportPlace | undefined, signal: AbortSignal): Promise<ExportPart> {
      const asked = new URL('export', base);
      const query = { workspaceId, format, formulas, filter: JSON.stringify(parsed.input) };
      const rest = place === undefined ? {} : { export: place.ticket, ...(place.after && { after: place.after }) };
      asked.search = new URLSearchParams({ ...query, ...rest }).toString();
      const response = await send(asked, token, signal);
      if (response.statusCode !== 200) throw await refusalOf(response);
      const said = (name: string): string => {
        const value = response.headers[`activity-log-${name}`];
        if (typeof value === 'string') return value;
        throw new ActivityLogError('INTERNAL', `${base.href} gave no export. Is it the URL of an Activity Log?`);
      };
      return {
        ticket: said('export'),
        liveCursor: said('live-cursor'),
        createdAt: new Date(said('created-at')),
        chunks: bytesOf(response),
        totals: () => totalsOf(response),
      };
    },
    async estimate() {
      const query =
        'query ($workspaceId: String!, $filter: ActivityFilter) { activityStats(workspaceId: $workspaceId, filter: $filter, interval: MONTH) { total } }';
      const response = await fetch(new URL('graphql', base), {
        method: 'POST',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        body: JSON.stringify({ query, variables: { workspaceId, filter: parsed.input } }),
      });
      const { data } = (await response.json()) as { data?: { activityStats: { total: number } } };
      return data?.activityStats.total;
    },
    close: async () => undefined,
  };
}
