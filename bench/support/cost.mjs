// What something costs by the clock and in processor time, for each entry or request.
import { processorTime } from './machine.mjs';

/**
 * @param work resolves with { count, seconds } and what else it has to say; `busy` is the processor time of the process
 *   in µs where it has measured that itself
 */
export async function costOf({ postgres, pid }, work) {
  const [own, ofDatabase] = [processorTime(pid), postgres.processorTime()];
  const result = await work();
  return {
    ...result,
    perSecond: result.count / result.seconds,
    cpu: (result.busy ?? processorTime(pid) - own) / result.count,
    databaseCpu: (postgres.processorTime() - ofDatabase) / result.count,
  };
}
