// A process that does what it is asked, one answer to each command: both ends of the conversation.
import { startModule, stopProcess } from './children.mjs';
import { serverCore } from './cores.mjs';

/** The end of the child. Without the driver there is nothing to do. */
export function serve(commands) {
  process.on('message', async ({ call, command, options }) => {
    try {
      const answer = await commands[command](options);
      if (process.connected) process.send({ call, answer });
    } catch (error) {
      if (process.connected) process.send({ call, error: error.stack });
    }
  });
  process.on('disconnect', () => process.exit());
  process.send('ready');
}

/** The end of the driver: starts a module and resolves when it listens. */
export async function openChild(file, { core = serverCore, env = {}, args = [] } = {}) {
  const { child } = await startModule(core, file, { env, args });
  const calls = new Map();
  let last = 0;
  let ended = false;
  child.on('message', ({ call, answer, error }) => {
    const { resolve, reject } = calls.get(call);
    calls.delete(call);
    if (error === undefined) resolve(answer);
    else reject(new Error(error));
  });
  child.on('exit', () => {
    ended = true;
    for (const { reject } of calls.values()) reject(new Error(`${file.pathname} has ended.`));
    calls.clear();
  });
  return {
    pid: child.pid,
    ask: (command, options = {}) =>
      new Promise((resolve, reject) => {
        if (ended) return reject(new Error(`${file.pathname} has ended.`));
        last += 1;
        calls.set(last, { resolve, reject });
        child.send({ call: last, command, options });
      }),
    stop: () => stopProcess(child),
  };
}
