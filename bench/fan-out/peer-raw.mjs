// The limit of one send a message: a hand-written server on the package ws. It checks nothing and knows no GraphQL.
import { WebSocketServer } from 'ws';
import { restOf } from './message-template.mjs';

const clients = new Set();
const server = new WebSocketServer({
  host: '127.0.0.1',
  port: 0,
  perMessageDeflate: false,
  handleProtocols: () => 'graphql-transport-ws',
});

server.on('connection', (client) => {
  client.on('message', (data) => {
    const message = JSON.parse(data.toString());
    if (message.type === 'connection_init') client.send('{"type":"connection_ack"}');
    if (message.type !== 'subscribe') return;
    client.prefix = `{"id":"${message.id}`;
    clients.add(client);
  });
  client.on('close', () => clients.delete(client));
});

process.on('message', ({ template, first, count }) => {
  if (template !== undefined) {
    server.rest = restOf(template);
    return;
  }
  for (let number = first; number < first + count; number += 1) {
    const rest = server.rest(number);
    for (const client of clients) client.send(client.prefix + rest);
  }
});
process.on('disconnect', () => process.exit());
server.on('listening', () => process.send({ port: server.address().port }));
