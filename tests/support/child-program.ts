import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { basename } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';

const cache = fileURLToPath(new URL('../../node_modules/.cache/activity-log-tests/', import.meta.url));

export interface ChildProgram {
  readonly process: ChildProcess;
  /** The next line of its standard output; throws with what it wrote to standard error where it ends before. */
  line(): Promise<string>;
  /** Ends it with a signal and waits until it has gone. */
  end(signal: NodeJS.Signals): Promise<void>;
}

/**
 * Runs a TypeScript program of ours in a process of its own: Node 20 needs it bundled, packages stay outside of it.
 * @param entry the program, @param args its arguments
 */
export async function startChildProgram(entry: URL, args: string[] = []): Promise<ChildProgram> {
  const input = fileURLToPath(entry);
  const bundle = await rolldown({ input, platform: 'node', external: /^[^./]/, logLevel: 'silent' });
  const file = `${cache}${basename(input, '.ts')}-${process.pid}.mjs`;
  await bundle.write({ file, format: 'esm', codeSplitting: false });
  await bundle.close();
  const child = spawn(process.execPath, [file, ...args], { stdio: ['pipe', 'pipe', 'pipe'] });
  let complaint = '';
  child.stderr.on('data', (chunk: Buffer) => {
    complaint += chunk.toString();
  });
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  return {
    process: child,
    line: async () => {
      const { value, done } = await lines.next();
      if (done === true) throw new Error(`The child ended: ${complaint}`);
      return value;
    },
    end: async (signal) => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const exit = once(child, 'exit');
      child.kill(signal);
      await exit;
    },
  };
}
