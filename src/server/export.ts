/** GET /export: what a viewer may see of a workspace, as a file. Described in docs/export.md. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { finished } from 'node:stream/promises';
import { constants, createGzip } from 'node:zlib';
import type { ExportOutcome } from '../core/activity/export-entry.ts';
import { contentTypes } from '../core/activity/export-format.ts';
import { manifestOf } from '../core/activity/export-manifest.ts';
import { ExportRecord } from '../core/activity/export-record.ts';
import type { ExportMoment } from '../core/activity/export-ticket.ts';
import type { Viewer } from '../core/activity/visibility.ts';
import { ActivityLogError } from '../errors.ts';
import type { Services } from '../graphql/context.ts';
import { type Logger, loggable } from '../log.ts';
import type { Metrics } from '../metrics.ts';
import { Export, momentOfNow } from '../storage/export.ts';
import { acceptsGzip } from './accepts-gzip.ts';
import { exportHeaders } from './export-headers.ts';
import { type AskedExport, readExportRequest } from './export-request.ts';
import { ExportSink } from './export-sink.ts';
import type { StallWatch } from './stall-watch.ts';

export interface ExportsOptions {
  services: Services;
  logger: Logger;
  metrics: Metrics;
  stalls: StallWatch;
  /** Exports that are given at once. */
  most: number;
  /** Whether each is logged by entries. */
  logged: boolean;
}

const always = {
  'cache-control': 'no-store',
  // Should a browser show it after all, it loads and runs nothing, and is of no origin.
  'content-security-policy': "default-src 'none'; sandbox",
};

function fileName({ order }: AskedExport, { createdAt }: ExportMoment): string {
  const workspace = order.scope.workspaceId.replaceAll(/[^\w.-]+/g, '-').slice(0, 64);
  return `activity-${workspace}-${createdAt.toISOString().slice(0, 19).replaceAll(':', '')}Z.${order.format}`;
}

export class Exports {
  readonly #options: ExportsOptions;
  #running = 0;

  constructor(options: ExportsOptions) {
    this.#options = options;
  }

  /**
   * Answers a request. Resolves when the export has ended, however it did, and is logged.
   * @param viewerOf who is asking, by an Authorization header; a link is asked for with none, and says so itself
   * @throws ActivityLogError where nothing was sent yet
   */
  async serve(
    request: IncomingMessage,
    response: ServerResponse,
    viewerOf: (authorization: string | undefined) => Promise<Viewer | undefined>,
  ): Promise<void> {
    if (request.method !== 'GET' && request.method !== 'HEAD')
      throw new ActivityLogError('BAD_USER_INPUT', '/export is asked by GET.', { field: 'method' });
    const { services, most, metrics } = this.#options;
    const asked = await readExportRequest(request, services.exportSeals, viewerOf);
    if (this.#running >= most)
      throw new ActivityLogError('UNAVAILABLE', 'Too many exports are under way. Try again later.');
    this.#running += 1;
    metrics.exporting.inc();
    let isOver = false;
    // Before it is logged: its reader may ask for the next one at once.
    const over = () => {
      if (isOver) return;
      isOver = true;
      this.#running -= 1;
      metrics.exporting.dec();
    };
    try {
      await this.#give(request, response, asked, over);
    } finally {
      over();
    }
  }

  async #give(request: IncomingMessage, response: ServerResponse, asked: AskedExport, over: () => void): Promise<void> {
    const { database } = this.#options.services;
    const moment = asked.moment ?? (await momentOfNow(database));
    const work = await Export.open(database, { ...asked, moment });
    if (response.destroyed) return;
    const headers = { ...always, ...this.#momentHeaders(asked, moment) };
    if (request.method === 'HEAD') {
      response.writeHead(200, { ...headers, ...bodyHeaders(asked, moment) }).end();
      return;
    }
    // Before anything is read, let alone given: whoever is killed while it looks has looked.
    const record = await this.#begun({ ...asked, moment });
    let outcome: ExportOutcome = 'failed';
    try {
      outcome = asked.manifestOnly
        ? await this.#sendManifest(response, headers, { asked, moment, work })
        : await this.#sendExport(request, response, headers, { asked, moment, work });
    } catch (error) {
      if (!response.headersSent) throw error;
      this.#options.logger.error({ err: loggable(error) }, 'an export failed');
      // Without the last chunk: never an end that looks like one.
      response.socket?.resetAndDestroy();
    } finally {
      over();
      await this.#ended(asked, work, outcome, record);
    }
  }

  #momentHeaders({ order }: AskedExport, moment: ExportMoment): Record<string, string> {
    const { exportSeals, liveCursors } = this.#options.services;
    return {
      [exportHeaders.ticket]: exportSeals.closeTicket(order, moment),
      [exportHeaders.cursor]: liveCursors.close({ seen: moment.snapshot }),
      [exportHeaders.createdAt]: moment.createdAt.toISOString(),
    };
  }

  async #sendExport(
    request: IncomingMessage,
    response: ServerResponse,
    headers: Record<string, string>,
    { asked, moment, work }: { asked: AskedExport; moment: ExportMoment; work: Export },
  ): Promise<ExportOutcome> {
    const isGzip = acceptsGzip(request.headers['accept-encoding']);
    const sink = new ExportSink(response, this.#options, isGzip ? createGzip({ level: constants.Z_BEST_SPEED }) : null);
    const chunks = work.chunks();
    // The first piece is read before anything is said: what fails at once is told as an error.
    let next = await chunks.next();
    const { count, bytes, sha256 } = exportHeaders;
    response.writeHead(200, {
      ...headers,
      ...bodyHeaders(asked, moment),
      ...(isGzip ? { 'content-encoding': 'gzip' } : {}),
      trailer: [count, bytes, sha256].join(', '),
    });
    for (; next.done !== true && sink.isOpen; next = await chunks.next()) await sink.write(next.value);
    await chunks.return(undefined);
    if (!sink.isOpen) return 'cut';
    const totals = work.totals();
    response.addTrailers({ [count]: String(totals.count), [bytes]: String(totals.bytes), [sha256]: totals.sha256 });
    return (await sink.end()) ? 'complete' : 'cut';
  }

  async #sendManifest(
    response: ServerResponse,
    headers: Record<string, string>,
    { asked, moment, work }: { asked: AskedExport; moment: ExportMoment; work: Export },
  ): Promise<ExportOutcome> {
    for await (const _ of work.chunks()) if (response.destroyed) return 'cut';
    const { liveCursors } = this.#options.services;
    const liveCursor = liveCursors.close({ seen: moment.snapshot });
    const { order, after } = asked;
    const manifest = manifestOf({ order, createdAt: moment.createdAt, liveCursor, after, totals: work.totals() });
    response.writeHead(200, { ...headers, 'content-type': 'application/json; charset=utf-8' });
    response.end(JSON.stringify(manifest));
    return await finished(response).then(
      () => 'complete',
      () => 'cut',
    );
  }

  async #begun({ order, moment, subject, by, after, manifestOnly }: AskedExport & { moment: ExportMoment }) {
    const { services, logged } = this.#options;
    const facts = { order, moment, subject, by, after, manifestOnly };
    return logged ? await ExportRecord.begin(services.activityLog, facts) : undefined;
  }

  async #ended(
    { order }: AskedExport,
    work: Export,
    outcome: ExportOutcome,
    record: ExportRecord | undefined,
  ): Promise<void> {
    const { metrics } = this.#options;
    const { count, bytes } = work;
    metrics.exports.inc({ format: order.format, outcome });
    metrics.exportedEntries.inc(count);
    await record?.end({ count, bytes, outcome, ...(outcome === 'complete' ? work.totals() : {}) });
  }
}

function bodyHeaders(asked: AskedExport, moment: ExportMoment): Record<string, string> {
  return {
    'content-type': contentTypes[asked.order.format],
    'content-disposition': `attachment; filename="${fileName(asked, moment)}"`,
    vary: 'accept-encoding',
  };
}
