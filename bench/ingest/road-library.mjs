// The library as an application uses it.
import { ofDist } from '../support/dist.mjs';

export async function open(databaseUrl) {
  process.env.DATABASE_URL = databaseUrl;
  const { logActivity } = await import(ofDist('core/activity/activity-log.service.js'));
  return { write: (entry) => logActivity(entry, { swallowErrors: false }) };
}
