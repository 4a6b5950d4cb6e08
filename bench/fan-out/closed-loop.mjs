// As fast as it goes, one flush after the other: the next is sent when every socket has the last.
import { processorTime } from '../support/machine.mjs';

/** Sends `size` entries at a time for so many milliseconds. @returns what it came to, in messages at the sockets */
export async function closedLoop(stand, { size, ms }) {
  const bytesBefore = (await stand.crowd.ask('report')).bytes;
  const processor = processorTime(stand.pid);
  const began = process.hrtime.bigint();
  const elapsed = () => Number(process.hrtime.bigint() - began) / 1e6;
  let messages = 0;
  do {
    const flush = size * (stand.readers ?? stand.crowd.subscribers);
    const received = stand.crowd.more(flush);
    const sent = stand.send(stand.next, size);
    stand.next += size;
    await Promise.all([sent, received]);
    messages += flush;
  } while (elapsed() < ms);
  const seconds = elapsed() / 1000;
  const used = processorTime(stand.pid) - processor;
  const { bytes } = await stand.crowd.check();
  return { perSecond: messages / seconds, cpu: used / messages, size: (bytes - bytesBefore) / messages };
}
