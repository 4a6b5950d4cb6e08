// Subscribers of the brokers that fan-out is measured against: NATS, or Redis where there is no NATS. Plain TCP.
import { connect } from 'node:net';
import { numberIn } from './light-socket.mjs';

const shared = Buffer.allocUnsafe(256 * 1024);
const lineEnd = Buffer.from('\r\n');

const protocols = {
  nats: {
    hello: (subject) => `CONNECT {"verbose":false,"pedantic":false}\r\nSUB ${subject} 1\r\nPING\r\n`,
    isReady: (line) => line === 'PONG',
    /** Bytes of the message behind this line; undefined where the line stands for itself. */
    sizeBehind: (line) => (line.startsWith('MSG ') ? Number(line.slice(line.lastIndexOf(' ') + 1)) : undefined),
    answer: (line) => (line === 'PING' ? 'PONG\r\n' : undefined),
    isMessage: () => true,
  },
  redis: {
    hello: (subject) => `*2\r\n$9\r\nSUBSCRIBE\r\n$${subject.length}\r\n${subject}\r\n`,
    isReady: (line) => line === ':1',
    sizeBehind: (line) => (line.startsWith('$') ? Number(line.slice(1)) : undefined),
    answer: () => undefined,
    // 'message' and the channel's name come in the same form as the message itself.
    isMessage: (size) => size > 100,
  },
};

export class BrokerSocket {
  #socket;
  #rest;
  #size;
  #deal;

  constructor({ kind, port, subscribers: [subscriber], tally }) {
    const protocol = protocols[kind];
    const onread = {
      buffer: shared,
      callback: (length, buffer) => {
        tally.arrived();
        this.#read(buffer.subarray(0, length));
        return true;
      },
    };
    this.#socket = connect({ host: '127.0.0.1', port, noDelay: true, onread });
    this.#socket.on('error', () => {});
    this.#socket.write(protocol.hello(subscriber.variables.workspaceId));
    this.ready = new Promise((resolve) => {
      this.#socket.on('close', resolve);
      this.#deal = {
        line: (line) => {
          if (protocol.isReady(line)) resolve();
          const answer = protocol.answer(line);
          if (answer !== undefined) this.#socket.write(answer);
          return protocol.sizeBehind(line);
        },
        body: (text, size) => {
          if (protocol.isMessage(size)) tally.receive(subscriber, numberIn(text), size);
        },
      };
    });
  }

  #read(chunk) {
    const data = this.#rest === undefined ? chunk : Buffer.concat([this.#rest, chunk]);
    let at = 0;
    for (;;) {
      if (this.#size === undefined) {
        const end = data.indexOf(lineEnd, at);
        if (end < 0) break;
        this.#size = this.#deal.line(data.latin1Slice(at, end));
        at = end + 2;
      } else {
        if (data.length < at + this.#size + 2) break;
        this.#deal.body(data.toString('utf8', at, at + this.#size), this.#size);
        at += this.#size + 2;
        this.#size = undefined;
      }
    }
    this.#rest = at < data.length ? Buffer.from(data.subarray(at)) : undefined;
  }

  close() {
    this.#socket.destroy();
  }
}
