import sql from 'sql-template-tag';
import type { Activity } from '../../src/core/activity/activity.ts';
import { type ActivityRow, activityColumns, toActivity } from '../../src/storage/activity-rows.ts';
import type { Database, Queryable } from '../../src/storage/database.ts';

/** The entries of a workspace as they stand, in the order of the feed. */
export async function storedEntries(database: Queryable, workspaceId: string): Promise<Activity[]> {
  const rows = await database.query<ActivityRow>(
    sql`SELECT ${activityColumns} FROM "ActivityLog" WHERE "workspaceId" = ${workspaceId}
      ORDER BY "ActivityLog"."transactionId", "sequence"`,
  );
  return rows.map(toActivity);
}

/** Runs statements without parameters, which may be several. */
export async function runScript(database: Database, text: string): Promise<void> {
  await database.transaction(async (connection) => await connection.script(text));
}

let triggers = 0;

/**
 * Makes a trigger on the log, for the time of a test.
 * @param when for example `BEFORE INSERT ON "ActivityLog" FOR EACH ROW`; `CONSTRAINT AFTER INSERT …` for one of that kind
 * @param body in PL/pgSQL
 * @returns what takes it away again
 */
export async function addTrigger(database: Database, when: string, body: string): Promise<() => Promise<void>> {
  const name = `of_the_test_${++triggers}`;
  const kind = when.startsWith('CONSTRAINT ') ? 'CONSTRAINT TRIGGER' : 'TRIGGER';
  await runScript(
    database,
    `CREATE FUNCTION ${name}() RETURNS trigger LANGUAGE plpgsql AS $body$ ${body} $body$;
     CREATE ${kind} ${name} ${when.replace('CONSTRAINT ', '')} EXECUTE FUNCTION ${name}()`,
  );
  return async () => await runScript(database, `DROP FUNCTION ${name} CASCADE`);
}

/**
 * On PostgreSQL: of two who write two entries each at the same time, each writes the first one, and goes on with the
 * second (with the context "second") when the other has come as far. With the same keys in opposite orders that is a
 * deadlock.
 * @returns what takes the trigger away again
 */
export async function meetAtTheSecond(database: Database): Promise<() => Promise<void>> {
  await runScript(database, `CREATE SEQUENCE met START 2; SELECT setval('met', 1)`);
  const stop = await addTrigger(
    database,
    'BEFORE INSERT ON "ActivityLog" FOR EACH ROW',
    `BEGIN
       IF NEW."context" = 'second' THEN
         PERFORM nextval('met');
         WHILE (SELECT last_value FROM met) < 3 LOOP PERFORM pg_sleep(0.001); END LOOP;
       END IF;
       RETURN NEW;
     END`,
  );
  return async () => {
    await stop();
    await runScript(database, 'DROP SEQUENCE met');
  };
}

/** Deadlocks that PostgreSQL has ended on this database, so far as connections have reported them: at their end at last. */
export async function deadlocksOn(database: Queryable): Promise<number> {
  return await numberOf(database, 'SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()');
}

/** Asks until the answer will do: what others do happens without a word to the test. */
export async function until<T>(ask: () => Promise<T>, enough: (answer: T) => boolean): Promise<T> {
  for (;;) {
    const answer = await ask();
    if (enough(answer)) return answer;
  }
}

/** The one number that an expression of SQL gives. */
export async function numberOf(database: Queryable, expression: string): Promise<number> {
  const [row] = await database.query<{ n: unknown }>({ text: `SELECT (${expression})::int8 AS n`, values: [] });
  return Number(row?.n);
}
