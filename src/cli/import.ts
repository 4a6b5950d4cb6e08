import type { Command } from 'commander';
import { ActivityLogError } from '../errors.ts';
import { exitCodes } from './exit.ts';
import { ImportEntries, type ImportEntry } from './import-entry.ts';
import { type Line, openInput } from './import-lines.ts';
import { type ImportResult, type ImportTarget, openTarget } from './import-target.ts';
import { describeProgress, type Progress, startProgress } from './progress.ts';
import { addRemoteOptions, type RemoteOptions, toCommandError } from './remote.ts';
import { interrupted } from './signals.ts';

/** Bytes of lines that are written at once, at most. */
const batchBytes = 4 * 1024 * 1024;

/** Refused lines that are named one by one. */
const mostNamed = 100;

/**
 * One import: reads lines, writes them batch by batch, counts what became of them. One batch is written while the next
 * one is read.
 */
class Import {
  readonly #entries: ImportEntries;
  readonly #target: ImportTarget;
  readonly #say: (text: string) => void;
  #batch: { number: number; entry: ImportEntry }[] = [];
  #bytes = 0;
  #writing: Promise<void> = Promise.resolve();
  /** The last line that was read. */
  line = 0;
  written = 0;
  duplicates = 0;
  refused = 0;

  constructor(workspaceId: string, target: ImportTarget, say: (text: string) => void) {
    this.#entries = new ImportEntries(workspaceId);
    this.#target = target;
    this.#say = say;
  }

  /** Writes all lines, or as many until the signal is aborted. What came before an error is written. */
  async run(lines: AsyncIterable<Line[]>, signal: AbortSignal): Promise<void> {
    try {
      for await (const some of lines) {
        for (const line of some) {
          if (signal.aborted) return await this.#writing;
          this.#take(line);
          if (this.#batch.length >= this.#target.batch || this.#bytes >= batchBytes) await this.#flush();
        }
      }
    } catch (error) {
      // Of the lines, or of the batch before; that one is told of where it is awaited.
      await this.#writing;
      if (signal.aborted) return;
      await this.#flush();
      await this.#writing;
      throw error;
    }
    await this.#flush();
    await this.#writing;
  }

  #take(line: Line): void {
    this.line = line.number;
    try {
      const entry = this.#entries.read(line);
      if (entry === undefined) return;
      this.#batch.push({ number: line.number, entry });
      this.#bytes += line.bytes?.length ?? 0;
    } catch (error) {
      if (!(error instanceof ActivityLogError)) throw error;
      this.#refuse(line.number, error.message);
    }
  }

  #refuse(number: number, reason: string): void {
    this.refused += 1;
    if (this.refused <= mostNamed) this.#say(`line ${number}: ${reason}`);
    else if (this.refused === mostNamed + 1) this.#say('more lines were refused; they are only counted');
  }

  /** Begins to write the batch, once the one before is written. */
  async #flush(): Promise<void> {
    const batch = this.#batch;
    this.#batch = [];
    this.#bytes = 0;
    if (batch.length === 0) return await this.#writing;
    const write = this.#target.prepare(batch.map(({ entry }) => entry));
    await this.#writing;
    this.#writing = this.#write(batch, write);
    // Whoever awaits it is told; until then it is nobody's.
    this.#writing.catch(() => undefined);
  }

  async #write(
    batch: readonly { number: number; entry: ImportEntry }[],
    write: () => Promise<ImportResult[]>,
  ): Promise<void> {
    const results = await write();
    for (const [place, { duplicate, refused }] of results.entries()) {
      if (refused !== undefined) this.#refuse(batch[place]?.number ?? 0, refused);
      else if (duplicate) this.duplicates += 1;
      else this.written += 1;
    }
  }
}

const goOn = 'Run the same command again to go on: what is there is not written twice.';

interface ImportOptions extends RemoteOptions {
  workspace: string;
}

async function run(file: string, options: ImportOptions): Promise<void> {
  const { signal, stop } = interrupted();
  const input = await openInput(file, signal);
  const target = await openTarget(options).catch((error: unknown) => {
    input.close();
    throw error;
  });
  let progress: Progress | undefined;
  const work = new Import(options.workspace, target, (text) => progress?.say(text));
  progress = startProgress(process.stderr, (time) => describeProgress(work.line, time, input.fraction()));
  try {
    await work.run(input.lines, signal);
  } catch (error) {
    progress.say(`stopped at line ${work.line}. ${goOn}`);
    throw toCommandError(error);
  } finally {
    progress.stop();
    stop();
    input.close();
    await target.close();
    process.stdout.write(`written: ${work.written}, already there: ${work.duplicates}, refused: ${work.refused}\n`);
  }
  if (signal.aborted) process.stderr.write(`interrupted. ${goOn}\n`);
  if (signal.aborted || work.refused > 0) process.exitCode = exitCodes.failure;
}

export function addImport(program: Command): void {
  const command = program
    .command('import')
    .description(
      'Write entries from a file of JSON lines (ActivityLogInput), gzip or plain. Running it again writes nothing twice.',
    )
    .argument('<file>', 'the file; - for standard input')
    .requiredOption('--workspace <id>', 'the workspace that the entries belong to; lines may leave it out');
  addRemoteOptions(command)
    .addHelpText(
      'after',
      `
Lines that are refused are reported with their number and reason on standard error, the others are written. A line
without an idempotencyKey gets one made of all that it says. Exit code 1 where a line was refused.

Examples:
  activity-log import history.jsonl.gz --workspace w1
  zcat *.jsonl.gz | activity-log import - --workspace w1
  ACTIVITY_TOKEN=… activity-log import history.jsonl --workspace w1 --url http://127.0.0.1:4000`,
    )
    .action(run);
}
