/**
 * An application that logs, for ApplicationProcess: its callers await `logActivity` one call after the other. Takes
 * commands from standard input, one a line, and says on standard output, one a line:
 * - `called KEY` right before a call, then `written KEY ID`, or `kept KEY` where it resolved with null;
 * - `did COMMAND`, or `failed COMMAND: CODE MESSAGE`. Commands: `log COUNT` (entries of each caller), `stop` (ends a
 *   `log` early), `flush`, `close`, `ping`.
 * Its arguments are its name and how many callers it has; its settings come from the environment.
 */
import { createInterface } from 'node:readline';
import { closeActivityLog, flushActivityLog, logActivity } from '../../src/core/activity/activity-log.service.ts';

const [, , name = '', callers = '1'] = process.argv;
// Written at once, on POSIX: what was said before a kill is read.
const say = (text: string) => void process.stdout.write(`${text}\n`);

let stopping = false;
let next = 0;

async function call(caller: number, from: number, to: number): Promise<void> {
  for (let number = from; number < to && !stopping; number++) {
    const key = `${name}/${caller}/${number}`;
    say(`called ${key}`);
    const activity = await logActivity({
      workspaceId: 'w1',
      entityType: 'OTHER',
      entityId: key,
      eventKey: 'application.step',
      actorType: 'WORKER',
      actorLabel: name,
      payload: { caller, number, text: 'ü'.repeat(number % 50) },
      // Some can be told by their key, the others by their id alone.
      idempotencyKey: number % 3 === 0 ? key : null,
    });
    say(activity === null ? `kept ${key}` : `written ${key} ${activity.id}`);
  }
}

async function log(count: number): Promise<void> {
  stopping = false;
  const from = next;
  next += count;
  await Promise.all(Array.from({ length: Number(callers) }, (_, caller) => call(caller, from, next)));
}

const commands: Record<string, (argument: number) => Promise<void>> = {
  log,
  stop: async () => {
    stopping = true;
  },
  flush: flushActivityLog,
  close: closeActivityLog,
  ping: async () => {},
};

async function obey(line: string): Promise<void> {
  const [command = '', argument] = line.split(' ');
  try {
    await commands[command]?.(Number(argument));
    say(`did ${command}`);
  } catch (error) {
    say(`failed ${command}: ${(error as { code?: string }).code} ${(error as Error).message}`);
  }
}

createInterface(process.stdin).on('line', (line) => void obey(line));
