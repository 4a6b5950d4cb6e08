import { setTimeout as delay } from 'node:timers/promises';
import type { Feed } from '../live/feed.ts';
import type { Database } from '../storage/database.ts';
import { missingMigrations } from '../storage/migrate.ts';
import type { Migration } from '../storage/migrations.ts';

/** Milliseconds that all checks have together: whoever asks has a time-out, too. */
const patience = 2_000;
/** Milliseconds beyond its interval in which the feed must have come to the end of what is there. */
const feedPatience = 15_000;

export interface ReadinessOptions {
  database: Database;
  migrations: readonly Migration[];
  feed: Pick<Feed, 'age'>;
  /** Milliseconds. */
  pollInterval: number;
  isClosing(): boolean;
}

/** What is said of each part; everything but `ok` and `idle` is a reason not to send requests here. */
export interface Readiness {
  isReady: boolean;
  checks: { process: string; database: string; migrations: string; feed: string };
}

/** Tells whether the service can do its work right now. What a check says is never a text of the database's. */
export class ReadinessCheck {
  readonly #options: ReadinessOptions;
  /** Shared by all who ask meanwhile: a database that does not answer is not asked again and again. */
  #asking: Promise<Pick<Readiness['checks'], 'database' | 'migrations'>> | undefined;

  constructor(options: ReadinessOptions) {
    this.#options = options;
  }

  /** Never throws, and takes two seconds at most. */
  async look(): Promise<Readiness> {
    const { feed, pollInterval, isClosing } = this.#options;
    const done = new AbortController();
    const late = delay(patience, { database: 'no answer', migrations: 'unknown' }, { signal: done.signal });
    // Aborted below.
    late.catch(() => undefined);
    this.#asking ??= this.#ask().finally(() => {
      this.#asking = undefined;
    });
    const asked = await Promise.race([this.#asking, late]);
    done.abort();
    const { age } = feed;
    const checks = {
      process: isClosing() ? 'shutting down' : 'ok',
      ...asked,
      feed: age === undefined ? 'idle' : age > pollInterval + feedPatience ? 'behind' : 'ok',
    };
    return { isReady: Object.values(checks).every((said) => said === 'ok' || said === 'idle'), checks };
  }

  async #ask(): Promise<Pick<Readiness['checks'], 'database' | 'migrations'>> {
    const { database, migrations } = this.#options;
    try {
      await database.check();
    } catch {
      return { database: 'unavailable', migrations: 'unknown' };
    }
    try {
      const missing = await missingMigrations(database, migrations);
      return { database: 'ok', migrations: missing.length === 0 ? 'ok' : 'missing' };
    } catch {
      return { database: 'ok', migrations: 'unreadable' };
    }
  }
}
