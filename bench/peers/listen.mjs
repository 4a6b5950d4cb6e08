// What every peer does at the end: it listens, says where, and ends with the benchmark.

/** @param server of node:http */
export function listen(server) {
  server.listen(0, '127.0.0.1', () => process.send({ port: server.address().port }));
  process.on('disconnect', () => process.exit());
}
