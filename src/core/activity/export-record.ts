import { ActivityLogError, isRefusal } from '../../errors.ts';
import type { Activity } from './activity.ts';
import type { ActivityLog } from './activity-log.ts';
import { type ExportEnd, type ExportFacts, exportedEntry, exportFinishedEntry } from './export-entry.ts';

/** What the trail says of one export: that it begins, before anything of it is given, and what it came to. */
export class ExportRecord {
  readonly #activityLog: ActivityLog;
  readonly #facts: ExportFacts;
  readonly #exported: Activity;

  private constructor(activityLog: ActivityLog, facts: ExportFacts, exported: Activity) {
    this.#activityLog = activityLog;
    this.#facts = facts;
    this.#exported = exported;
  }

  /**
   * Resolves when the entry `settings.exported` is committed. Without it nothing may be given.
   * @throws ActivityLogError UNAVAILABLE where it cannot be written, BAD_USER_INPUT for a workspace that no entry can be of
   */
  static async begin(activityLog: ActivityLog, facts: ExportFacts): Promise<ExportRecord> {
    try {
      const exported = await activityLog.log(exportedEntry(facts), { swallowErrors: false });
      // Only what is swallowed, or kept to be written later, is null.
      return new ExportRecord(activityLog, facts, exported as Activity);
    } catch (error) {
      if (isRefusal(error)) throw error;
      const { message } = error instanceof ActivityLogError ? error : new ActivityLogError('UNAVAILABLE');
      const why = `Nothing was exported: the entry that says who looks comes first, and cannot be written. ${message}`;
      throw new ActivityLogError('UNAVAILABLE', why, { cause: error });
    }
  }

  /** Writes the entry `settings.export_finished`. A failure is logged and counted, as of any entry. */
  async end(end: ExportEnd): Promise<void> {
    await this.#activityLog.log(exportFinishedEntry(this.#facts, this.#exported.id, end));
  }
}
