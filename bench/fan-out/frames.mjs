// Just enough of RFC 6455 for a client that has to read several hundred thousand messages a second.

const opcodes = { continuation: 0, text: 1, close: 8, ping: 9, pong: 10 };

export { opcodes };

/** A frame from a client. The mask is 0, which leaves the bytes as they are; nothing on 127.0.0.1 needs a random one. */
export function clientFrame(opcode, payload) {
  const body = Buffer.from(payload);
  const long = body.length > 125;
  if (body.length > 65_535) throw new Error('No client of ours sends so much.');
  const head = Buffer.alloc(long ? 8 : 6);
  head[0] = 0x80 | opcode;
  head[1] = 0x80 | (long ? 126 : body.length);
  if (long) head.writeUInt16BE(body.length, 2);
  return Buffer.concat([head, body]);
}

/**
 * Cuts what arrives into messages. `read` may be given a buffer that is used again afterwards: of a frame that is not
 * complete it keeps a copy.
 */
export class FrameReader {
  #onText;
  #onControl;
  #rest;
  #parts = [];

  /** @param onText(text, bytes) for messages @param onControl(opcode, payload) for close, ping and pong */
  constructor(onText, onControl) {
    this.#onText = onText;
    this.#onControl = onControl;
  }

  read(buffer, length = buffer.length) {
    let data = buffer;
    let end = length;
    if (this.#rest !== undefined) {
      data = Buffer.concat([this.#rest, buffer.subarray(0, length)]);
      end = data.length;
      this.#rest = undefined;
    }
    let at = 0;
    while (end - at >= 2) {
      let size = data[at + 1];
      let start = at + 2;
      if (size === 126) {
        if (end - at < 4) break;
        size = (data[at + 2] << 8) | data[at + 3];
        start = at + 4;
      } else if (size === 127) {
        if (end - at < 10) break;
        size = Number(data.readBigUInt64BE(at + 2));
        start = at + 10;
      } else if (size > 127) throw new Error('A server must not mask its frames.');
      const next = start + size;
      if (next > end) break;
      if (data[at] === 0x81) this.#onText(data.toString('utf8', start, next), size);
      else this.#other(data[at], data, start, next);
      at = next;
    }
    if (at < end) this.#rest = Buffer.from(data.subarray(at, end));
  }

  /** Control frames and messages in several frames: rare, so a copy does not matter. */
  #other(first, data, start, end) {
    const payload = Buffer.from(data.subarray(start, end));
    const opcode = first & 0x0f;
    if ((first & 0x70) !== 0) throw new Error('A frame uses an extension that was not agreed on.');
    if (opcode >= opcodes.close) return this.#onControl(opcode, payload);
    if (opcode !== opcodes.text && opcode !== opcodes.continuation) throw new Error(`A frame of opcode ${opcode}.`);
    this.#parts.push(payload);
    if ((first & 0x80) === 0) return;
    const whole = Buffer.concat(this.#parts.splice(0));
    this.#onText(whole.toString('utf8'), whole.length);
  }
}
