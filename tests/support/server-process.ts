import { once } from 'node:events';
import { onTestFailed } from 'vitest';
import { readConfig } from '../../src/config.ts';
import { signToken } from '../../src/server/token.ts';
import { type RunningCli, startCli } from '../cli/run-cli.ts';
import type { TokenGrant } from './server.ts';

const secret = 'a secret for the tests of server processes';

/** A server in a process of its own: it can be killed, and started again on the same port. */
export class ServerProcess {
  readonly #env: Record<string, string>;
  #cli: RunningCli;
  #port = 0;
  #stderr = '';
  /** Processes that were told to end. */
  readonly #ending = new WeakSet<RunningCli>();
  #ready: Promise<void>;

  private constructor(env: Record<string, string>) {
    this.#env = { ACTIVITY_JWT_SECRET: secret, ...env };
    this.#cli = this.#spawn();
    this.#ready = this.#untilReady();
  }

  /**
   * Starts `activity-log serve` as it was built, on a free port, for the test that runs: where that fails, it says what
   * the server said. @param env its settings, DATABASE_URL at least
   */
  static async start(env: Record<string, string>): Promise<ServerProcess> {
    const server = new ServerProcess(env);
    onTestFailed(() => void process.stderr.write(`The server at ${server.url} said: ${server.stderr}\n`));
    await server.#ready;
    return server;
  }

  /** Resolves while it serves; while it does not, when it does again. Throws where it has ended by itself. */
  get ready(): Promise<void> {
    return this.#ready;
  }

  get port(): number {
    return this.#port;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  get pid(): number {
    return this.#cli.process.pid as number;
  }

  /** The end of what all of its processes wrote to standard error. */
  get stderr(): string {
    return this.#stderr;
  }

  /** SIGKILL, and a new process on the same port at once. Resolves when that one serves. */
  async crash(): Promise<void> {
    this.#ready = this.#startAgain();
    await this.#ready;
  }

  /** SIGSTOP: it holds all that it has, and does nothing. */
  pause(): void {
    this.#cli.process.kill('SIGSTOP');
  }

  /** SIGCONT. */
  goOn(): void {
    this.#cli.process.kill('SIGCONT');
  }

  /** Any other signal. */
  signal(name: NodeJS.Signals): void {
    this.#cli.process.kill(name);
  }

  /** SIGTERM. @returns its exit code */
  async stop(): Promise<number | null> {
    this.#ending.add(this.#cli);
    this.#cli.process.kill('SIGTERM');
    return (await this.#cli.ended).code;
  }

  /** A token that it takes. */
  async token({ workspace = '*', role = 'operator', brands = [], subject = 'u1', ttl = 3600 }: TokenGrant = {}) {
    const request = { workspaceId: workspace, role, brandIds: brands, subject, ttl };
    return await signToken(readConfig({}), new TextEncoder().encode(secret), request);
  }

  /** The value of a metric, by its whole name. */
  async metric(name: string): Promise<number> {
    const text = await (await fetch(`${this.url}/metrics`)).text();
    const value = new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1];
    if (value === undefined) throw new Error(`There is no metric ${name}.`);
    return Number(value);
  }

  #spawn(): RunningCli {
    const cli = startCli(['serve'], { ...this.#env, PORT: String(this.#port) });
    cli.process.stderr?.on('data', (chunk: Buffer) => {
      this.#stderr = `${this.#stderr}${chunk.toString()}`.slice(-8_000);
    });
    cli.process.once('exit', (code, signal) => {
      if (this.#ending.has(cli)) return;
      this.#ready = Promise.reject(new Error(`The server ended (${code ?? signal}): ${this.#stderr}`));
      // For whoever asks from now on.
      this.#ready.catch(() => undefined);
    });
    return cli;
  }

  async #startAgain(): Promise<void> {
    this.#ending.add(this.#cli);
    const exit = once(this.#cli.process, 'exit');
    this.#cli.process.kill('SIGKILL');
    await exit;
    this.#cli = this.#spawn();
    await this.#untilReady();
  }

  async #untilReady(): Promise<void> {
    const line = await this.#cli.line();
    const port = /^Activity Log is ready at http:\/\/127\.0\.0\.1:(\d+)$/.exec(line ?? '')?.[1];
    if (port === undefined) throw new Error(`The server did not start: ${line ?? ''}\n${this.#stderr}`);
    this.#port = Number(port);
  }
}
