// COPY in both directions over a client of pg, which knows its messages but not the command.
import { once } from 'node:events';
import { columnNames } from '../support/rows.mjs';

/** Bytes of data in one message, as pg-copy-streams has it. */
const messageSize = 64 * 1024;

/** The data as messages of the protocol, made before the clock starts. */
export function copyMessages(data) {
  const messages = [];
  for (let at = 0; at < data.length; at += messageSize) {
    const part = data.subarray(at, at + messageSize);
    const message = Buffer.allocUnsafe(part.length + 5);
    message.write('d', 0, 'latin1');
    message.writeInt32BE(part.length + 4, 1);
    part.copy(message, 5);
    messages.push(message);
  }
  return messages;
}

/** What pg's Client.query() takes in place of a text: a command with its own part in the conversation. */
class Copy {
  constructor(text) {
    this.text = text;
    this.done = new Promise((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
    });
  }

  submit(connection) {
    connection.query(this.text);
  }

  handleCommandComplete() {}

  handleReadyForQuery() {
    this.resolve();
  }

  handleError(error) {
    this.reject(error);
  }
}

class CopyIn extends Copy {
  constructor(messages) {
    super(`COPY "ActivityLog" (${columnNames}) FROM STDIN`);
    this.messages = messages;
  }

  async handleCopyInResponse(connection) {
    try {
      for (const message of this.messages) {
        if (!connection.stream.write(message)) await once(connection.stream, 'drain');
      }
      connection.endCopyFrom();
    } catch (error) {
      this.reject(error);
    }
  }
}

class CopyOut extends Copy {
  rows = [];

  constructor() {
    super(`COPY (SELECT ${columnNames} FROM "ActivityLog" ORDER BY "sequence") TO STDOUT`);
  }

  handleCopyData({ chunk }) {
    this.rows.push(Buffer.from(chunk));
  }
}

/** One COPY, a transaction of its own. */
export const copyIn = (client, messages) => client.query(new CopyIn(messages)).done;

/** All rows of the table as COPY wrote them, in the order in which they were written. */
export async function copyOut(client) {
  const copy = client.query(new CopyOut());
  await copy.done;
  return copy.rows;
}
