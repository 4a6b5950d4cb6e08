/**
 * Turns the first SIGINT or SIGTERM into an aborted signal, for commands that finish something first. The second one
 * ends the process at once. `stop` gives them back their usual meaning.
 */
export function interrupted(): { signal: AbortSignal; stop(): void } {
  const controller = new AbortController();
  const stop = () => {
    process.removeListener('SIGINT', listener);
    process.removeListener('SIGTERM', listener);
  };
  const listener = () => {
    stop();
    controller.abort();
  };
  process.once('SIGINT', listener);
  process.once('SIGTERM', listener);
  return { signal: controller.signal, stop };
}
