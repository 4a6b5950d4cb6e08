// Loaded into a process of ours (NODE_OPTIONS=--import): at each SIGUSR2 its wall clock goes back by an hour, as when
// somebody sets it. Timers go on, as they do then.
import { isMainThread } from 'node:worker_threads';

const hour = 3_600_000;
const TrueDate = Date;
let back = 0;

globalThis.Date = class SettableDate extends TrueDate {
  constructor(...parts) {
    super(...(parts.length === 0 ? [TrueDate.now() - back] : parts));
  }

  static now() {
    return TrueDate.now() - back;
  }
};

if (isMainThread) {
  process.on('SIGUSR2', () => {
    back += hour;
    process.stderr.write(`{"level":40,"msg":"the clock was set back by ${back} ms"}\n`);
  });
}
