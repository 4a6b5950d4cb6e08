import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';
import { onTestFailed, onTestFinished } from 'vitest';

/** Where the bundle stands as deep below the package as a file of `src/storage`: it finds the migrations from there. */
const file = fileURLToPath(
  new URL(`../../node_modules/.cache/logging-application-${process.pid}.mjs`, import.meta.url),
);

let bundled: Promise<void> | undefined;

async function bundleApplication(): Promise<void> {
  const input = fileURLToPath(new URL('./logging-application.ts', import.meta.url));
  const bundle = await rolldown({ input, platform: 'node', external: /^[^./]/, logLevel: 'silent' });
  await bundle.write({ file, format: 'esm', codeSplitting: false });
  await bundle.close();
  process.once('exit', () => rmSync(file, { force: true }));
}

export interface ApplicationOptions {
  /** The keys of its entries are `name/caller/number`. */
  name: string;
  callers?: number;
  /** Its settings; of this environment it gets PATH only. */
  env: Record<string, string>;
}

/** A process of its own that logs (logging-application.ts), and what it has said so far. */
export class ApplicationProcess {
  /** The keys of its entries, in the order of the calls, with the moments between which each was made. */
  readonly called = new Map<string, { from: number; to: number }>();
  /** The ids of those that it was told are written. */
  readonly written = new Map<string, string>();
  /** Those whose call resolved with null, in the order in which they did. */
  readonly kept = new Set<string>();
  readonly #name: string;
  readonly #child: ChildProcess;
  readonly #closed: Promise<unknown>;
  #isClosed = false;
  #isEnding = false;
  #stderr = '';
  #latest = Date.now();
  #waiting: { condition: () => boolean; resolve: () => void; reject: (error: Error) => void }[] = [];
  #replies: { command: string; resolve: () => void; reject: (error: Error) => void }[] = [];

  private constructor({ name, callers = 1, env }: ApplicationOptions) {
    this.#name = name;
    const child = spawn(process.execPath, [file, name, String(callers)], {
      env: { PATH: process.env['PATH'], LOG_LEVEL: 'info', ...env },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    this.#child = child;
    child.stdin.on('error', () => undefined);
    child.stderr.on('data', (chunk: Buffer) => {
      this.#stderr += chunk.toString();
    });
    const lines = createInterface(child.stdout);
    lines.on('line', (line) => this.#take(line));
    this.#closed = Promise.all([once(lines, 'close'), once(child, 'close')]).then(() => this.#end());
  }

  /** Starts it, for the test that runs: it is killed after that, which says what it wrote to standard error where it failed. */
  static async start(options: ApplicationOptions): Promise<ApplicationProcess> {
    bundled ??= bundleApplication();
    await bundled;
    const application = new ApplicationProcess(options);
    onTestFailed(() => void process.stderr.write(`${options.name} said: ${application.stderr.slice(-4_000)}\n`));
    onTestFinished(async () => await application.kill());
    await application.ping();
    return application;
  }

  /** What it has logged, JSON lines. */
  get stderr(): string {
    return this.#stderr;
  }

  /** What it has logged with these words. */
  logged(words: string): Record<string, unknown>[] {
    return this.#stderr
      .split('\n')
      .filter((line) => line.includes(words))
      .map((line) => JSON.parse(line) as Record<string, unknown>);
  }

  /** Calls that were not answered yet. */
  get unanswered(): string[] {
    return [...this.called.keys()].filter((key) => !this.written.has(key) && !this.kept.has(key));
  }

  /** Resolves when the condition holds; it is looked at after every line. */
  async until(condition: () => boolean): Promise<void> {
    if (condition()) return;
    this.#checkAlive();
    await new Promise<void>((resolve, reject) => void this.#waiting.push({ condition, resolve, reject }));
  }

  /** Each caller logs so many entries; resolves when they have, or were stopped. */
  async log(count: number): Promise<void> {
    await this.#tell('log', ` ${count}`);
  }

  /** The callers make no further call. */
  async stop(): Promise<void> {
    await this.#tell('stop');
  }

  /** flushActivityLog(); throws what that threw. */
  async flush(): Promise<void> {
    await this.#tell('flush');
  }

  /** closeActivityLog(); throws what that threw. */
  async close(): Promise<void> {
    await this.#tell('close');
  }

  /** Resolves once everything is read that it had said before. */
  async ping(): Promise<void> {
    await this.#tell('ping');
  }

  /** SIGKILL. Resolves once it has gone and everything is read that it had said. */
  async kill(): Promise<void> {
    this.#isEnding = true;
    this.#child.kill('SIGKILL');
    await this.#closed;
  }

  async #tell(command: string, rest = ''): Promise<void> {
    this.#checkAlive();
    await new Promise<void>((resolve, reject) => {
      this.#replies.push({ command, resolve, reject });
      this.#child.stdin?.write(`${command}${rest}\n`);
    });
  }

  #take(line: string): void {
    const [what = '', key = '', id = ''] = line.split(' ');
    if (what === 'did' || what === 'failed') this.#reply(what, line.slice(what.length + 1));
    else this.#note(what, key, id);
    const due = this.#waiting.filter(({ condition }) => condition());
    this.#waiting = this.#waiting.filter((one) => !due.includes(one));
    for (const { resolve } of due) resolve();
  }

  #note(what: string, key: string, id: string): void {
    const now = Date.now();
    // It was called after the line before was read, or that one is still on its way: `from` is no later than the call.
    if (what === 'called') this.called.set(key, { from: this.#latest, to: now });
    else if (what === 'written') this.written.set(key, id);
    else if (what === 'kept') this.kept.add(key);
    else throw new Error(`${this.#name} said ${what} ${key}`);
    this.#latest = now;
  }

  #reply(what: 'did' | 'failed', text: string): void {
    const command = /^\w+/.exec(text)?.[0];
    const place = this.#replies.findIndex((reply) => reply.command === command);
    const [reply] = this.#replies.splice(place, 1);
    if (what === 'did') reply?.resolve();
    else reply?.reject(new Error(`${this.#name} failed to ${text}`));
  }

  #checkAlive(): void {
    if (this.#isClosed) throw this.#endedError();
  }

  #end(): void {
    this.#isClosed = true;
    const waiting = [...this.#waiting.splice(0), ...this.#replies.splice(0)];
    // What it was doing when the test killed it is nobody's concern.
    for (const { resolve, reject } of waiting) this.#isEnding ? resolve() : reject(this.#endedError());
  }

  #endedError(): Error {
    return new Error(`${this.#name} has ended: ${this.#stderr.slice(-2_000)}`);
  }
}
