import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';
import { onTestFailed, onTestFinished } from 'vitest';

type Program = 'logging-application' | 'logging-client';

/** Once for each process that runs tests. */
const bundles = new Map<Program, Promise<string>>();

/** Bundles a program of this folder. @returns the file */
async function bundle(program: Program): Promise<string> {
  const input = fileURLToPath(new URL(`./${program}.ts`, import.meta.url));
  const built = await rolldown({ input, platform: 'node', external: /^[^./]/, logLevel: 'silent' });
  const { output } = await built.generate({ format: 'esm', codeSplitting: false });
  await built.close();
  // As deep below the package as a file of `src/storage`: it finds the migrations from there.
  const file = fileURLToPath(new URL(`../../node_modules/.cache/${program}.mjs`, import.meta.url));
  mkdirSync(dirname(file), { recursive: true });
  // In one step: other test files may be running it.
  writeFileSync(`${file}.${process.pid}`, output[0].code);
  renameSync(`${file}.${process.pid}`, file);
  return file;
}

async function bundled(program: Program): Promise<string> {
  const bundling = bundles.get(program) ?? bundle(program);
  bundles.set(program, bundling);
  return await bundling;
}

export interface ApplicationOptions {
  /** Which one of this folder; `logging-application` by default. */
  program?: Program;
  /** The keys of its entries are `name/caller/number`. */
  name: string;
  callers?: number;
  /** Milliseconds that each caller lets pass between two calls. */
  pause?: number;
  /** Its settings; of this environment it gets PATH only. */
  env: Record<string, string>;
}

/** A process of its own that logs (see logging-program.ts), and what it has said so far. */
export class ApplicationProcess {
  /** The keys of its entries in the order of the calls, with the moments of the call and of its answer. */
  readonly called = new Map<string, { at: number; answered?: number }>();
  /** The ids of those that it was told are written. */
  readonly written = new Map<string, string>();
  /** Those whose call resolved with null, in the order in which they did. */
  readonly kept = new Set<string>();
  /** The kinds of what a client has told its `onProblem`. */
  readonly problems: string[] = [];
  readonly #name: string;
  readonly #child: ChildProcess;
  readonly #closed: Promise<unknown>;
  #isClosed = false;
  #isEnding = false;
  #stderr = '';
  #waiting: { condition: () => boolean; resolve: () => void; reject: (error: Error) => void }[] = [];
  #replies: { command: string; resolve: () => void; reject: (error: Error) => void }[] = [];

  private constructor(file: string, { name, callers = 1, pause = 0, env }: ApplicationOptions) {
    this.#name = name;
    const child = spawn(process.execPath, [file, name, String(callers), String(pause)], {
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
    const file = await bundled(options.program ?? 'logging-application');
    const application = new ApplicationProcess(file, options);
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

  /** Logs one entry with `swallowErrors: false`; throws what that threw. */
  async insist(): Promise<void> {
    await this.#tell('insist');
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

  signal(name: NodeJS.Signals): void {
    this.#child.kill(name);
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
    const [what = '', key = '', at = '', id = ''] = line.split(' ');
    if (what === 'did' || what === 'failed') this.#reply(what, line.slice(what.length + 1));
    else if (what === 'problem') this.problems.push(key);
    else this.#note(what, key, Number(at), id);
    const due = this.#waiting.filter(({ condition }) => condition());
    this.#waiting = this.#waiting.filter((one) => !due.includes(one));
    for (const { resolve } of due) resolve();
  }

  #note(what: string, key: string, at: number, id: string): void {
    if (what === 'called') this.called.set(key, { at });
    else if (what === 'written') this.written.set(key, id);
    else if (what === 'kept') this.kept.add(key);
    else throw new Error(`${this.#name} said ${what} ${key}`);
    if (what !== 'called') this.called.set(key, { at, ...this.called.get(key), answered: at });
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
    for (const { reject } of this.#waiting.splice(0)) reject(this.#endedError());
    // What it was told to do before the test killed it is nobody's concern.
    for (const { resolve, reject } of this.#replies.splice(0)) this.#isEnding ? resolve() : reject(this.#endedError());
  }

  #endedError(): Error {
    return new Error(`${this.#name} has ended: ${this.#stderr.slice(-2_000)}`);
  }
}
