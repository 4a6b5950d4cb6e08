/** Milliseconds before a failed read is tried again: doubled each time, from the first to the second. */
const retryDelays = [50, 2_000] as const;

/** How long to wait after so many failures in a row before this one. */
export function retryDelay(failures: number): number {
  const [first, most] = retryDelays;
  return Math.min(first * 2 ** failures, most);
}
