/** What statements look at: their plans, as PostgreSQL carried them out. */
import pg from 'pg';
import type { Database, QueryOptions, Statement } from '@/storage/database.ts';
import { toParameter } from '@/storage/row-parsers.ts';

interface Plan {
  'Node Type': string;
  'Relation Name'?: string;
  'Index Name'?: string | undefined;
  'Actual Rows': number;
  'Actual Loops': number;
  'Rows Removed by Filter'?: number;
  'Shared Hit Blocks': number;
  'Shared Read Blocks': number;
  Plans?: Plan[];
}

/** The plan for these values, or the one for any, which PostgreSQL may keep for a statement that is repeated. */
export type Mode = 'force_custom_plan' | 'force_generic_plan';
export const modes: Mode[] = ['force_custom_plan', 'force_generic_plan'];

const isOfTable = (plan: Plan) => plan['Relation Name'] === 'ActivityLog' || plan['Index Name'] !== undefined;

/** The database, with a list of the statements that are asked of it. */
export function recording(database: Database): { recorded: Database; statements: Statement[] } {
  const statements: Statement[] = [];
  const recorded: Database = Object.assign(Object.create(database), {
    query: async (statement: Statement, options?: QueryOptions) => {
      statements.push(statement);
      return await database.query(statement, options);
    },
  });
  return { recorded, statements };
}

/** What a statement looked at, and how. */
export async function explained(url: string, { text, values }: Statement, mode: Mode) {
  const client = new pg.Client({ connectionString: url, application_name: 'explain' });
  await client.connect();
  await client.query(`SET plan_cache_mode = ${mode}`);
  await client.query(`PREPARE look AS ${text}`);
  const literals = values.map(toParameter).map((value) => (value === null ? 'NULL' : client.escapeLiteral(value)));
  const { rows } = await client.query<{ 'QUERY PLAN': [{ Plan: Plan }] }>(
    `EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) EXECUTE look(${literals.join(', ')})`,
  );
  await client.end();
  const scans: Plan[] = [];
  const collect = (plan: Plan) => {
    // A bitmap's heap scan only fetches what its index scan found.
    if (plan['Node Type'] !== 'Bitmap Heap Scan' && /Scan/.test(plan['Node Type']) && isOfTable(plan)) scans.push(plan);
    for (const child of plan.Plans ?? []) collect(child);
  };
  const plan = (rows[0] as { 'QUERY PLAN': [{ Plan: Plan }] })['QUERY PLAN'][0].Plan;
  collect(plan);
  return {
    looked: scans.reduce(
      (sum, scan) => sum + (scan['Actual Rows'] + (scan['Rows Removed by Filter'] ?? 0)) * scan['Actual Loops'],
      0,
    ),
    /** Pages of 8 KiB: what entries cost that nobody can see yet. */
    pages: plan['Shared Hit Blocks'] + plan['Shared Read Blocks'],
    indexes: [...new Set(scans.map((scan) => scan['Index Name']))],
  };
}
