import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';

interface LoggedEntry {
  workspaceId: string;
  entityType: 'OTHER';
  entityId: string;
  eventKey: string;
  actorType: 'WORKER';
  actorLabel: string;
  payload: unknown;
  idempotencyKey: string | null;
}

export interface Logging {
  /** @returns the entry's id, or null */
  log(entry: LoggedEntry): Promise<string | null>;
  /** Like log, but throws where the entry cannot be written. */
  insist(entry: LoggedEntry): Promise<unknown>;
  flush(): Promise<void>;
  close(): Promise<void>;
}

// Written at once, on POSIX: what was said before a kill is read.
export const say = (text: string): void => void process.stdout.write(`${text}\n`);

/**
 * A process that logs, for ApplicationProcess: its callers await their calls, one after the other. Takes commands from
 * standard input, one a line, and says on standard output, one a line:
 * - `called KEY TIME` right before a call, then `written KEY TIME ID`, or `kept KEY TIME` where it resolved with null;
 * - `did COMMAND`, or `failed COMMAND: CODE MESSAGE`. Commands: `log COUNT` (entries of each caller), `stop` (ends a
 *   `log` early), `insist` (one entry), `flush`, `close`, `ping`.
 * Its arguments are its name, how many callers it has, and how many milliseconds each lets pass between two calls.
 */
export function runLoggingProgram({ log, insist, flush, close }: Logging): void {
  const [, , name = '', callers = '1', pause = '0'] = process.argv;
  let stopping = false;
  let next = 0;

  const entry = (key: string, payload: unknown, idempotencyKey: string | null): LoggedEntry => ({
    workspaceId: 'w1',
    entityType: 'OTHER',
    entityId: key,
    eventKey: 'application.step',
    actorType: 'WORKER',
    actorLabel: name,
    payload,
    idempotencyKey,
  });

  async function call(caller: number, from: number, to: number): Promise<void> {
    for (let number = from; number < to && !stopping; number++) {
      const key = `${name}/${caller}/${number}`;
      const payload = { caller, number, text: 'ü'.repeat(number % 50) };
      say(`called ${key} ${Date.now()}`);
      // Some can be told by their key, the others by their id alone.
      const id = await log(entry(key, payload, number % 3 === 0 ? key : null));
      say(id === null ? `kept ${key} ${Date.now()}` : `written ${key} ${Date.now()} ${id}`);
      if (pause !== '0') await delay(Number(pause));
    }
  }

  const commands: Record<string, (argument: number) => Promise<unknown>> = {
    log: async (count) => {
      stopping = false;
      const from = next;
      next += count;
      await Promise.all(Array.from({ length: Number(callers) }, (_, caller) => call(caller, from, from + count)));
    },
    stop: async () => {
      stopping = true;
    },
    insist: async () => await insist(entry(`${name}/insisted`, null, null)),
    flush,
    close,
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
}
