import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { expect, test } from 'vitest';
import { openPostgres } from '../../src/storage/postgres.ts';

function message(type: string, body: Buffer): Buffer {
  const head = Buffer.alloc(5);
  head.write(type);
  head.writeInt32BE(body.length + 4, 1);
  return Buffer.concat([head, body]);
}

test('a server that says in one breath that it is ready and that it ends does not end this process', async () => {
  const fields = ['SFATAL', 'VFATAL', 'C57P01', 'Mterminating connection due to unexpected postmaster exit', '', ''];
  // Authenticated, ready, and gone: seen of a server whose postmaster was killed.
  const breath = Buffer.concat([
    message('R', Buffer.from([0, 0, 0, 0])),
    message('Z', Buffer.from('I')),
    message('E', Buffer.from(fields.join('\0'))),
  ]);
  const server = createServer((socket) => {
    socket.on('error', () => socket.destroy());
    socket.once('data', () => socket.end(breath));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const opening = openPostgres({ url: `postgresql://u:p@127.0.0.1:${port}/d` });
  await expect(opening).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  server.close();
});
