import { readConfig } from '../config.ts';
import { ActivityLog } from '../core/activity/activity-log.ts';
import { ExportRecord } from '../core/activity/export-record.ts';
import { type ExportMoment, type ExportOrder, ExportSeals } from '../core/activity/export-ticket.ts';
import { checkFilter } from '../core/activity/filter.ts';
import { LiveCursors } from '../core/activity/live-cursor.ts';
import { needReadScope } from '../core/activity/visibility.ts';
import { createLogger } from '../log.ts';
import { Metrics } from '../metrics.ts';
import { createActivityWriter } from '../storage/activity-writer.ts';
import { connectDatabase } from '../storage/connect.ts';
import type { Database } from '../storage/database.ts';
import { Export, momentOfNow } from '../storage/export.ts';
import { migrate, readCursorSeal } from '../storage/migrate.ts';
import { readStatistics } from '../storage/statistics.ts';
import type { ExportPart, ExportPlace, ExportSource, ExportWish } from './export-source.ts';

/** Exports of the database of the environment; each is logged as one of the command line. */
export async function openExportDatabase(wish: ExportWish): Promise<ExportSource> {
  const config = readConfig();
  const { workspaceId, format, formulas, parsed } = wish;
  const grants = new Map([[workspaceId, { role: 'operator', brandIds: [] } as const]]);
  const scope = needReadScope({ subject: 'cli', grants, expiresAt: new Date(8.64e15) }, workspaceId);
  checkFilter(parsed.filter, scope);
  const order: ExportOrder = { scope, filter: parsed.input, format, formulas };
  const logger = createLogger(config.logLevel);
  const database: Database = await connectDatabase({ ...config, logger });
  try {
    await migrate(database);
    const seal = await readCursorSeal(database);
    const [seals, cursors] = [new ExportSeals(seal), new LiveCursors(seal)];
    const writer = createActivityWriter(database);
    const activityLog = new ActivityLog({ writer, logger, metrics: new Metrics() });

    async function* told(work: Export, record: ExportRecord, signal: AbortSignal): AsyncGenerator<Buffer> {
      let outcome: 'complete' | 'cut' | 'failed' = 'cut';
      try {
        for await (const chunk of work.chunks()) {
          yield chunk;
          if (signal.aborted) return;
        }
        outcome = 'complete';
      } catch (error) {
        outcome = 'failed';
        throw error;
      } finally {
        const { count, bytes } = work;
        await record.end({ count, bytes, outcome, ...(outcome === 'complete' ? work.totals() : {}) });
      }
    }

    return {
      async open(place: ExportPlace | undefined, signal: AbortSignal): Promise<ExportPart> {
        const moment: ExportMoment =
          place === undefined ? await momentOfNow(database) : seals.openTicket(place.ticket, order);
        const after = place?.after;
        const work = await Export.open(database, { order, filter: parsed.filter, moment, after });
        const facts = { order, moment, subject: undefined, by: 'cli', after } as const;
        const record = config.logExports === 'on' ? await ExportRecord.begin(activityLog, facts) : undefined;
        return {
          ticket: place?.ticket ?? seals.closeTicket(order, moment),
          liveCursor: cursors.close({ seen: moment.snapshot }),
          createdAt: moment.createdAt,
          chunks: record === undefined ? work.chunks() : told(work, record, signal),
          totals: () => work.totals(),
        };
      },
      async estimate() {
        const request = { scope, filter: parsed.filter, interval: 'MONTH', timeZone: 'UTC' } as const;
        return (await readStatistics(database, request)).total;
      },
      close: () => database.close(),
    };
  } catch (error) {
    await database.close();
    throw error;
  }
}
