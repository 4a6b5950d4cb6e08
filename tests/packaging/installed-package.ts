import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** What npm needs to find the registry and its cache; nothing else of this project's own run of npm is handed on. */
const handedOn = /^(PATH|HOME|https?_proxy|no_proxy|NODE_EXTRA_CA_CERTS|npm_config_(registry|cache|userconfig))$/i;
const environment = Object.fromEntries(Object.entries(process.env).filter(([name]) => handedOn.test(name)));

export interface Done {
  code: number;
  stdout: string;
  stderr: string;
}

export interface Running {
  /** The next line of standard output; undefined after the last. */
  line(): Promise<string | undefined>;
  /** What it has said on standard error. */
  stderr(): string;
  /** Ctrl-C. Resolves, once all of it has ended, with what it has said on standard error. */
  stop(): Promise<string>;
}

/** The package as `npm pack` makes it, installed into a folder in which nothing was. */
export class InstalledPackage {
  /** The folder that it is installed in. */
  readonly folder: string;
  /** Bytes of the tarball. */
  readonly size: number;
  /** Paths inside the package. */
  readonly files: readonly string[];
  /** What `npm install` said. */
  readonly said: string;

  private constructor(folder: string, { size, files }: { size: number; files: { path: string }[] }, said: string) {
    this.folder = folder;
    this.size = size;
    this.files = files.map(({ path }) => path);
    this.said = said;
  }

  /** Packs what `npm run build` has built, and installs it as a user would, from npm's cache where that has what it needs. */
  static async make(): Promise<InstalledPackage> {
    const folder = mkdtempSync(join(tmpdir(), 'activity-log-package-'));
    // Without scripts: a build would take the files away from other tests that run meanwhile.
    const packed = await runIn(root, 'npm', ['pack', '--ignore-scripts', '--json', '--pack-destination', folder]);
    if (packed.code !== 0) throw new Error(`npm pack failed: ${packed.stderr}`);
    const [tarball] = JSON.parse(packed.stdout) as { filename: string; size: number; files: { path: string }[] }[];
    if (tarball === undefined) throw new Error('npm pack made nothing');
    const flags = ['--prefer-offline', '--no-audit', '--no-fund'];
    const { code, stdout, stderr } = await runIn(folder, 'npm', ['install', ...flags, `./${tarball.filename}`]);
    if (code !== 0) throw new Error(`npm install failed: ${stderr}`);
    return new InstalledPackage(folder, tarball, `${stdout}${stderr}`);
  }

  /** The text of a file of the installed package. */
  read(path: string): string {
    return readFileSync(join(this.folder, 'node_modules/activity-log', path), 'utf8');
  }

  /** Runs a program in the folder to its end. */
  async run(command: string, args: string[], env: Record<string, string> = {}): Promise<Done> {
    return await runIn(this.folder, command, args, env);
  }

  /** `npx activity-log serve`, once it is ready. */
  async serve(env: Record<string, string>): Promise<Running & { url: string }> {
    const running = this.start(['serve'], { ...env, PORT: '0' });
    const line = await running.line();
    const url = /^Activity Log is ready at (\S+)$/.exec(line ?? '')?.[1];
    if (url === undefined) throw new Error(`it did not start: ${line ?? ''} ${running.stderr()}`);
    return { ...running, url };
  }

  /** `npx activity-log` with these arguments. */
  start(args: string[], env: Record<string, string>): Running {
    const child = spawn('npx', ['activity-log', ...args], {
      cwd: this.folder,
      env: { ...environment, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      // A group of its own, as in a terminal: Ctrl-C reaches npx and what it has started.
      detached: true,
    });
    let stderr = '';
    child.stderr.on('data', (chunk: Buffer) => {
      stderr += chunk.toString();
    });
    const ended = once(child, 'close');
    const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
    return {
      line: async () => (await lines.next()).value as string | undefined,
      stderr: () => stderr,
      stop: async () => {
        if (child.pid !== undefined && child.exitCode === null) process.kill(-child.pid, 'SIGINT');
        await ended;
        return stderr;
      },
    };
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

async function runIn(folder: string, command: string, args: string[], env: Record<string, string> = {}): Promise<Done> {
  return await new Promise((resolve) => {
    const options = { cwd: folder, env: { ...environment, ...env }, maxBuffer: 64 * 1024 * 1024 };
    const child = execFile(command, args, options, (error, stdout, stderr) =>
      resolve({ code: error === null ? 0 : typeof error.code === 'number' ? error.code : 1, stdout, stderr }),
    );
    child.stdin?.end();
  });
}
