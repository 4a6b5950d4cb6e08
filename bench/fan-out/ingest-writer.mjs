// The application of section ingest: 64 callers of logActivity, as fast as they go. Its database is DATABASE_URL.

import { ofDist } from '../support/dist.mjs';
import { entryOf } from './entries.mjs';

const callers = 64;
const { logActivity } = await import(ofDist('core/activity/activity-log.service.js'));
let next = 1;

/** Entry after entry to one workspace after the other; with `every`, each such one to a workspace of its own. */
async function write({ ms, workspaces, every }) {
  const deadline = Date.now() + ms;
  const began = process.hrtime.bigint();
  const first = next;
  let elsewhere = 0;
  const caller = async () => {
    while (Date.now() < deadline) {
      const number = next;
      next += 1;
      const apart = every > 0 && number % every === 0;
      if (apart) elsewhere += 1;
      const workspaceId = apart ? 'popular' : `workspace-${number % workspaces}`;
      await logActivity(entryOf(number, workspaceId), { swallowErrors: false });
    }
  };
  await Promise.all(Array.from({ length: callers }, caller));
  const seconds = Number(process.hrtime.bigint() - began) / 1e9;
  return { written: next - first, elsewhere, perSecond: (next - first) / seconds };
}

process.on('message', async (options) => process.send(await write(options)));
process.on('disconnect', () => process.exit());
process.send('ready');
