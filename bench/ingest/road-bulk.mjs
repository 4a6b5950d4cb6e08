// ActivityLog.logMany: the road of activityLogMany and of import.
import { openWriter } from '../support/writer.mjs';

export async function open(databaseUrl) {
  const { commit } = await openWriter(databaseUrl);
  return { writeMany: commit };
}
