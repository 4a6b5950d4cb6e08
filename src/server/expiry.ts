/** Timers take at most this many milliseconds. */
const longest = 2 ** 31 - 1;

/** Calls `action` at a moment, however far away; returns what prevents it. The timer keeps no process alive. */
export function atTime(moment: Date, action: () => void): () => void {
  let timer: NodeJS.Timeout;
  const arm = () => {
    const left = moment.getTime() - Date.now();
    timer = setTimeout(left > longest ? arm : action, Math.min(Math.max(left, 0), longest)).unref();
  };
  arm();
  return () => clearTimeout(timer);
}
