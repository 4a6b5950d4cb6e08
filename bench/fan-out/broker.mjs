// nats-server, or redis-server where there is no NATS: what pub/sub costs without any of what we add to it.
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { connect } from 'node:net';
import { startProgram, stopProcess, temporaryDirectory } from '../support/children.mjs';
import { serverCore } from '../support/cores.mjs';
import { freePort } from '../support/free-port.mjs';

const argumentsOf = {
  nats: (port) => ['-a', '127.0.0.1', '-p', String(port)],
  redis: (port) => ['--bind', '127.0.0.1', '--port', String(port), '--save', '', '--appendonly', 'no'],
};

const messageOf = {
  nats: (subject, text) => `PUB ${subject} ${Buffer.byteLength(text)}\r\n${text}\r\nPING\r\n`,
  redis: (subject, text) =>
    `*3\r\n$7\r\nPUBLISH\r\n$${subject.length}\r\n${subject}\r\n$${Buffer.byteLength(text)}\r\n${text}\r\n`,
};

/** A program of Debian's, also where /usr/sbin is not on the way. */
function find(name) {
  const { status, stdout } = spawnSync('sh', ['-c', `command -v ${name}`], { encoding: 'utf8' });
  if (status === 0) return stdout.trim();
  return existsSync(`/usr/sbin/${name}`) ? `/usr/sbin/${name}` : undefined;
}

/** Which one there is; undefined where there is none. */
export function whichBroker() {
  for (const kind of ['nats', 'redis']) {
    const program = find(`${kind}-server`);
    if (program !== undefined) return { kind, program };
  }
  return undefined;
}

async function connectPatiently(port, child) {
  for (;;) {
    const socket = connect({ host: '127.0.0.1', port, noDelay: true });
    try {
      await once(socket, 'connect');
      return socket;
    } catch (error) {
      if (child.exitCode !== null) throw error;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

/** Starts it, with a connection that publishes; `publish` resolves when the broker has answered. */
export async function startBroker({ kind, program }) {
  const port = await freePort();
  const child = startProgram(serverCore, program, argumentsOf[kind](port), {
    cwd: temporaryDirectory(),
    stdio: 'ignore',
  });
  const socket = await connectPatiently(port, child);
  const waiting = [];
  const isAnswer = kind === 'nats' ? (line) => line === 'PONG' : (line) => line.startsWith(':');
  let rest = '';
  socket.on('data', (chunk) => {
    const lines = `${rest}${chunk.toString('latin1')}`.split('\r\n');
    rest = lines.pop();
    for (const line of lines) {
      if (isAnswer(line)) waiting.shift()?.();
      else if (line === 'PING') socket.write('PONG\r\n');
      else if (line.startsWith('-')) throw new Error(`${kind}: ${line}`);
    }
  });
  socket.on('error', () => {});
  if (kind === 'nats') socket.write('CONNECT {"verbose":false,"pedantic":false}\r\n');
  return {
    pid: child.pid,
    port,
    publish: (subject, text) =>
      new Promise((resolve) => {
        waiting.push(resolve);
        socket.write(messageOf[kind](subject, text));
      }),
    stop: async () => {
      socket.destroy();
      await stopProcess(child);
    },
  };
}
