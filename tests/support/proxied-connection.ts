import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout as delay, setImmediate as nextTurn } from 'node:timers/promises';
import type { SeededRandom } from './seeded-random.ts';

/** The way of the bytes that a fault is about. */
export type Direction = 'toServer' | 'toClient';

/** How a connection is cut: at once (RST, what is under way is lost), or properly on both sides (FIN). */
export type Cut = 'reset' | 'end';

/** The share of chunks that each fault befalls; one chunk has one fault at most. */
export interface FaultRates {
  reset: number;
  end: number;
  /** The receiver is told that nothing more comes, while the other direction goes on. */
  halfClose: number;
  /** Nothing is read for up to `longestStall`: the sender's socket fills up. */
  stall: number;
  /** Held back for up to `longestDelay`. */
  delay: number;
  /** In pieces, each written on its own. */
  split: number;
}

export type Fault = keyof FaultRates;

export interface FaultPlan {
  rates: FaultRates;
  /** Milliseconds. */
  longestStall: number;
  /** Milliseconds. */
  longestDelay: number;
}

export interface ConnectionOptions {
  client: Socket;
  /** Of the server, on 127.0.0.1. */
  port: number;
  random: SeededRandom;
  /** Asked for every chunk; without a plan faults come on command only. */
  plan: () => FaultPlan | undefined;
  onFault: (fault: Fault) => void;
}

/** One client's connection through the proxy. Ends of either side are passed on to the other as what they were. */
export class ProxiedConnection {
  /** Of the socket to the server, as the server sees it. */
  readonly serverSidePort: Promise<number>;
  readonly closed: Promise<unknown>;
  /** Resolves once the client has ended its side, whatever befalls what it sends. */
  readonly leftByClient: Promise<void>;
  readonly #sockets: readonly [client: Socket, server: Socket];
  readonly #lanes: Record<Direction, Lane>;

  constructor({ client, port, random, plan, onFault }: ConnectionOptions) {
    const server = connect({ host: '127.0.0.1', port, allowHalfOpen: true, noDelay: true });
    this.#sockets = [client, server];
    this.serverSidePort = once(server, 'connect').then(() => server.localPort as number);
    // Whoever asks for it learns of the failure; nobody need ask.
    this.serverSidePort.catch(() => undefined);
    this.leftByClient = new Promise((resolve) => {
      for (const event of ['end', 'close']) client.once(event, () => resolve());
    });
    const lane = (from: Socket, to: Socket, number: number) =>
      new Lane({ from, to, random: random.fork(number), plan, onFault, cut: (how) => this.cut(how) });
    this.#lanes = { toServer: lane(client, server, 0), toClient: lane(server, client, 1) };
    this.closed = Promise.all(this.#sockets.map((socket) => new Promise((resolve) => socket.once('close', resolve))));
    for (const socket of this.#sockets) socket.on('error', () => this.cut('reset'));
  }

  cut(how: Cut): void {
    for (const { stop } of Object.values(this.#lanes)) stop();
    for (const socket of this.#sockets) {
      if (how === 'reset') socket.resetAndDestroy();
      else socket.destroySoon();
    }
  }

  halfClose(direction: Direction): void {
    this.#lanes[direction].halfClose();
  }

  /** Stops reading, so that the sender finds its socket unread, until `goOn`. */
  stall(direction: Direction): void {
    this.#lanes[direction].stall();
  }

  goOn(direction: Direction): void {
    this.#lanes[direction].goOn();
  }

  /** From now on everything is taken from both sides and goes nowhere, their ends too, as in a network that is gone. */
  swallow(): void {
    for (const lane of Object.values(this.#lanes)) lane.swallow();
  }
}

interface LaneOptions extends Pick<ConnectionOptions, 'random' | 'plan' | 'onFault'> {
  from: Socket;
  to: Socket;
  cut: (how: Cut) => void;
}

/** One direction: a chunk is read when the one before it has been taken. */
class Lane {
  readonly #options: LaneOptions;
  readonly #stopping = new AbortController();
  #halfClosed = false;
  #swallowing = false;
  #stalled: { over: Promise<void>; end: () => void } | undefined;

  constructor(options: LaneOptions) {
    this.#options = options;
    // What breaks a socket has cut the connection already.
    void this.#run().catch(() => undefined);
  }

  readonly stop = (): void => {
    this.#stopping.abort();
    this.goOn();
  };

  halfClose(): void {
    this.#halfClosed = true;
    this.#options.to.end();
  }

  swallow(): void {
    this.#swallowing = true;
  }

  stall(): void {
    if (this.#stalled !== undefined || this.#stopping.signal.aborted) return;
    let end = () => {};
    const over = new Promise<void>((resolve) => {
      end = resolve;
    });
    this.#stalled = { over, end };
  }

  goOn(): void {
    this.#stalled?.end();
    this.#stalled = undefined;
  }

  async #run(): Promise<void> {
    const { from, to } = this.#options;
    for await (const chunk of from.iterator({ destroyOnReturn: false })) {
      for (const piece of await this.#befall(chunk as Buffer)) {
        await this.#stalled?.over;
        // Half closed: read on and thrown away, as nobody is there to take it.
        if (this.#halfClosed || this.#swallowing) break;
        if (this.#stopping.signal.aborted) return;
        if (!to.write(piece)) await this.#drained(to);
        // Otherwise the receiver would find the pieces put together again.
        if (piece.length < chunk.length) await nextTurn();
      }
    }
    await this.#stalled?.over;
    if (!this.#swallowing) to.end();
  }

  /** What the plan has for this chunk. @returns its pieces */
  async #befall(chunk: Buffer): Promise<Buffer[]> {
    const { random, plan, onFault, cut } = this.#options;
    const current = plan();
    const fault = current === undefined ? undefined : draw(random, current.rates);
    if (current === undefined || fault === undefined) return [chunk];
    onFault(fault);
    if (fault === 'reset' || fault === 'end') cut(fault);
    else if (fault === 'halfClose') this.halfClose();
    else if (fault === 'split') return pieces(chunk, random);
    else await this.#pause(random.whole(1, fault === 'stall' ? current.longestStall : current.longestDelay));
    return [chunk];
  }

  async #pause(milliseconds: number): Promise<void> {
    await delay(milliseconds, undefined, { signal: this.#stopping.signal }).catch(() => undefined);
  }

  async #drained(socket: Socket): Promise<void> {
    const { signal } = this.#stopping;
    await once(socket, 'drain', { signal }).catch(() => undefined);
  }
}

function draw(random: SeededRandom, rates: FaultRates): Fault | undefined {
  let left = random.next();
  for (const [fault, rate] of Object.entries(rates) as [Fault, number][]) {
    left -= rate;
    if (left < 0) return fault;
  }
  return undefined;
}

/** Up to eight cuts, some of them a few bytes from the beginning: through the header of a frame. */
function pieces(chunk: Buffer, random: SeededRandom): Buffer[] {
  const cuts = Array.from({ length: random.whole(1, 8) }, () =>
    random.whole(0, random.chance(0.5) ? Math.min(8, chunk.length) : chunk.length),
  ).sort((a, b) => a - b);
  return [...cuts, chunk.length]
    .map((end, place) => chunk.subarray(cuts[place - 1] ?? 0, end))
    .filter((piece) => piece.length > 0);
}
