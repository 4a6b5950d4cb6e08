import type { Command } from 'commander';
import { CursorFile } from './cursor-file.ts';
import { parseFilter } from './filter-option.ts';
import { ignoreClosedOutput, print } from './print.ts';
import { addRemoteOptions, type RemoteOptions, toCommandError } from './remote.ts';
import { interrupted } from './signals.ts';
import { toJsonLine, toTextLine } from './tail-format.ts';
import { openTailSource, type TailSource } from './tail-source.ts';

interface TailOptions extends RemoteOptions {
  workspace: string;
  after?: string;
  cursorFile?: string;
  filter: string;
  json?: boolean;
}

/** Prints until the signal is aborted or nobody reads. The cursor moves once an entry has been printed. */
async function show(source: TailSource, after: string, signal: AbortSignal, options: TailOptions): Promise<string> {
  const file = options.cursorFile === undefined ? undefined : new CursorFile(options.cursorFile);
  // At once: whoever starts again later gets what was committed meanwhile, even if nothing was printed now.
  file?.write(after);
  let cursor = after;
  try {
    for await (const entry of source.follow(after, signal)) {
      if (!(await print(options.json ? toJsonLine(entry) : toTextLine(entry)))) break;
      cursor = entry.liveCursor;
      file?.write(cursor);
    }
  } catch (error) {
    if (!signal.aborted) {
      say(`last cursor: ${cursor}`);
      throw error;
    }
  }
  return cursor;
}

function say(text: string): void {
  process.stderr.write(`${text}\n`);
}

async function run(options: TailOptions): Promise<void> {
  const { signal, stop } = interrupted();
  ignoreClosedOutput();
  const parsed = await parseFilter(options.filter);
  const kept = options.cursorFile === undefined ? undefined : new CursorFile(options.cursorFile).read();
  try {
    const source = await openTailSource({ ...options, workspaceId: options.workspace, parsed, say });
    try {
      // Asked for in any case: a wrong URL, token or workspace is found before anything is waited for.
      const now = await source.now();
      const cursor = await show(source, kept ?? options.after ?? now, signal, options);
      say(`last cursor: ${cursor}`);
    } finally {
      await source.close();
    }
  } catch (error) {
    throw toCommandError(error);
  } finally {
    stop();
  }
}

export function addTail(program: Command): void {
  const command = program
    .command('tail')
    .description('Show entries as they are committed, one line each, until it is interrupted.')
    .requiredOption('--workspace <id>', 'the workspace to follow')
    .option('--after <cursor>', 'begin behind this live cursor instead of now')
    .option(
      '--cursor-file <file>',
      'keep the cursor of the last entry in this file, and begin behind it; --after counts only where there is no file yet',
    )
    .option('--filter <json>', 'which entries: an ActivityFilter as JSON', '{}')
    .option('--json', 'one JSON object a line: the entry and its liveCursor');
  addRemoteOptions(command)
    .addHelpText(
      'after',
      `
The last cursor is said on standard error at the end. On the database of the environment it shows what an operator sees,
with --url what the token allows. Colours only on a terminal and without NO_COLOR.

Examples:
  DATABASE_URL=postgres://localhost/app activity-log tail --workspace w1
  activity-log tail --workspace w1 --filter '{"severities":["ERROR"],"eventKeys":["publication.*"]}'
  activity-log tail --workspace w1 --json --cursor-file w1.cursor --url http://127.0.0.1:4000 --token "$TOKEN"`,
    )
    .action(run);
}
