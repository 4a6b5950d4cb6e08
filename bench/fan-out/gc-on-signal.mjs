// Loaded into the servers whose memory is compared, with --expose-gc: SIGUSR2 collects the garbage.
process.on('SIGUSR2', () => globalThis.gc());
