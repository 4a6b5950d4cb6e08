// The sections of a benchmark about reading: all of them over one PostgreSQL with the data set.
import { historyShown } from '../support/history.mjs';
import { startPostgres } from '../support/postgres.mjs';
import { joinPostgres } from '../support/postgres-that-runs.mjs';
import { runSections } from '../support/run-sections.mjs';
import { say } from '../support/table.mjs';
import { dataSets } from './data-set.mjs';
import { settings, tuned } from './settings.mjs';

/** As the server has them, whoever has started it. */
const described = `SELECT version(), string_agg(name || '=' || current_setting(name), ', ' ORDER BY name) AS "settings"
  FROM pg_settings WHERE name = ANY('{${tuned.map((one) => one.split('=')[0]).join(',')}}')`;

/** @param sections by name: functions of { postgres, data }, see data-set.mjs for `data` */
export const runReadingSections = (benchmark, sections) =>
  runSections(benchmark, {
    sections,
    open: () =>
      settings.filledUrl === undefined ? startPostgres({ settings: tuned }) : joinPostgres(settings.filledUrl),
    begin: async (postgres) => {
      const { rows } = await postgres.query(described);
      say(`${rows[0].version.split(' on ')[0]} with ${rows[0].settings}.`);
      say(`Entries: ${historyShown}.`);
      return { postgres, data: dataSets(postgres) };
    },
  });
