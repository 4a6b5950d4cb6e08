import type { WriteResult, Written } from '../../src/core/activity/activity.ts';

/** The results of entries that must all have been written; throws where one was refused. */
export function allWritten(results: readonly WriteResult[]): Written[] {
  return results.map((result) => {
    if ('error' in result) throw result.error;
    return result;
  });
}
