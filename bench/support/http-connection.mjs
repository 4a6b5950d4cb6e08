// A keep-alive connection for one request at a time: little work beside that of the server that is measured.
import { once } from 'node:events';
import { connect } from 'node:net';

const headEnd = Buffer.from('\r\n\r\n');
const lastChunk = Buffer.from('\r\n0\r\n\r\n');

/** A request as it goes over the wire. */
export function requestOf({ port, token, body }) {
  return Buffer.from(
    `POST /graphql HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nContent-Type: application/json\r\n` +
      `Authorization: Bearer ${token}\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
}

/** Where the answer that begins the data ends: its head, and how its body is sent. Undefined where more must come. */
function frameOf(data) {
  const end = data.indexOf(headEnd);
  if (end < 0) return undefined;
  const head = data.latin1Slice(0, end);
  const start = end + headEnd.length;
  const length = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1];
  return { status: Number(head.slice(9, 12)), start, length: length === undefined ? undefined : Number(length) };
}

export class HttpConnection {
  #socket;
  #parts = [];
  #size = 0;
  #frame;
  #waiting;

  static async open(port) {
    const connection = new HttpConnection();
    const socket = connect({ host: '127.0.0.1', port, noDelay: true });
    await once(socket, 'connect');
    connection.#socket = socket;
    socket.on('data', (chunk) => connection.#read(chunk));
    socket.on('error', () => {});
    socket.on('close', () => connection.#waiting?.reject(new Error('The server closed the connection.')));
    return connection;
  }

  /** Resolves with the answer as it came: { status, data, start, length }, for `bodyOf` when there is time. */
  send(request) {
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject };
      this.#socket.write(request);
    });
  }

  #read(chunk) {
    this.#parts.push(chunk);
    this.#size += chunk.length;
    this.#frame ??= frameOf(this.#joined());
    if (this.#frame === undefined || !this.#isWhole(chunk)) return;
    const answer = { ...this.#frame, data: this.#joined() };
    this.#parts = [];
    this.#size = 0;
    this.#frame = undefined;
    this.#waiting.resolve(answer);
  }

  #joined() {
    if (this.#parts.length > 1) this.#parts = [Buffer.concat(this.#parts)];
    return this.#parts[0];
  }

  /** JSON has no line ends of this kind, so the last chunk of a body in chunks is known by its bytes. */
  #isWhole(chunk) {
    const { start, length } = this.#frame;
    if (length !== undefined) return this.#size >= start + length;
    const tail = chunk.length >= lastChunk.length ? chunk : this.#joined();
    return tail.subarray(-lastChunk.length).equals(lastChunk);
  }

  close() {
    this.#socket.destroy();
  }
}

/** The body of an answer as text. */
export function bodyOf({ data, start, length }) {
  if (length !== undefined) return data.toString('utf8', start, start + length);
  const chunks = [];
  for (let at = start; ; ) {
    const end = data.indexOf('\r\n', at);
    const size = Number.parseInt(data.latin1Slice(at, end), 16);
    if (size === 0) return Buffer.concat(chunks).toString();
    chunks.push(data.subarray(end + 2, end + 2 + size));
    at = end + 2 + size + 2;
  }
}
