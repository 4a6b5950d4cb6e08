import { type Command, Option } from 'commander';
import { type ExportFormat, exportFormats } from '../core/activity/export-format.ts';
import { type ExportManifest, manifestOf } from '../core/activity/export-manifest.ts';
import { exitCodes, UsageError } from './exit.ts';
import { FileOutput, PipedOutput } from './export-output.ts';
import { describeExport } from './export-progress.ts';
import { ExportRun } from './export-run.ts';
import { type ExportSource, type ExportWish, openExportSource } from './export-source.ts';
import { parseFilter } from './filter-option.ts';
import { type Progress, startProgress } from './progress.ts';
import { addRemoteOptions, type RemoteOptions } from './remote.ts';
import { interrupted } from './signals.ts';

interface ExportOptions extends RemoteOptions {
  workspace: string;
  format: ExportFormat;
  filter: string;
  search?: string;
  output: string;
  gzip?: boolean;
  keepFormulas?: boolean;
  resume?: boolean;
}

async function wishOf({ workspace, format, filter, search, keepFormulas }: ExportOptions): Promise<ExportWish> {
  let parsed = await parseFilter(filter);
  if (search !== undefined) {
    if (parsed.filter.search != null)
      throw new UsageError('--search and a search in --filter cannot be given together');
    parsed = await parseFilter(JSON.stringify({ ...parsed.input, search }));
  }
  return { workspaceId: workspace, format, formulas: keepFormulas ? 'kept' : 'escaped', parsed };
}

function manifest(
  { workspaceId, format, formulas, parsed }: ExportWish,
  run: ExportRun,
  bytes: number,
  sha256: string,
): ExportManifest {
  const scope = { workspaceId, visibilities: [], brandIds: null, internals: true };
  const order = { scope, filter: parsed.input, format, formulas };
  return manifestOf({ order, ...run.moment, totals: { count: run.count, bytes, sha256 } });
}

async function openOutput(wish: ExportWish, { output: path, gzip = false, resume = false }: ExportOptions) {
  if (path !== '-') {
    const { parsed, ...said } = wish;
    const told = JSON.stringify({ ...said, filter: parsed.input, gzip });
    return await FileOutput.open(path, { gzip, wish: told, resume });
  }
  if (resume) throw new UsageError('--resume needs --output FILE: what went to standard output is gone');
  return { output: new PipedOutput(gzip), state: undefined };
}

async function run(options: ExportOptions): Promise<void> {
  const wish = await wishOf(options);
  const { signal, stop } = interrupted();
  let source: ExportSource | undefined;
  let progress: Progress | undefined;
  const { output, state } = await openOutput(wish, options);
  const goOn = options.output === '-' ? '' : ' Run the same command with --resume to go on.';
  const say = (text: string) => (progress === undefined ? void process.stderr.write(`${text}\n`) : progress.say(text));
  try {
    source = await openExportSource(wish, options);
    const work = new ExportRun(wish, { source, output, state, say });
    let total: number | undefined;
    if (process.stderr.isTTY)
      source.estimate().then(
        (found) => {
          total = found;
        },
        () => undefined,
      );
    progress = startProgress(process.stderr, (time) =>
      describeExport({ count: work.count, bytes: output.bytes }, time, total),
    );
    try {
      await work.run(signal);
    } catch (error) {
      // What it was is what is told, not that this failed too.
      await output.keep().catch(() => undefined);
      if (work.count > 0 && goOn !== '') say(`stopped behind ${work.count} entries.${goOn}`);
      throw error;
    }
    if (signal.aborted) {
      say(`interrupted behind ${work.count} entries.${goOn}`);
      process.exitCode = exitCodes.failure;
      return;
    }
    const sha256 = await output.finish((sum) => manifest(wish, work, output.bytes, sum));
    say(`exported: ${work.count} entries, ${output.bytes} bytes, SHA-256 ${sha256}`);
  } finally {
    progress?.stop();
    stop();
    await output.close();
    await source?.close();
  }
}

export function addExport(program: Command): void {
  const command = program
    .command('export')
    .description('Write what a filter selects to a file, newest first, as of one moment: CSV, JSON lines or JSON.')
    .requiredOption('--workspace <id>', 'the workspace')
    .addOption(new Option('--format <format>', 'how it is written').choices(exportFormats).default('csv'))
    .option('--filter <json>', 'which entries: an ActivityFilter as JSON', '{}')
    .option('--search <text>', "what to search for; the filter's `search`")
    .option('--output <file>', 'the file; - for standard output', '-')
    .option('--gzip', 'compress it')
    .option('--keep-formulas', 'CSV: leave texts alone that a spreadsheet would run')
    .option('--resume', 'go on with the same export where it stopped; begin where there is none');
  addRemoteOptions(command)
    .addHelpText(
      'after',
      `
A file is called FILE.part until it is whole; FILE.manifest.json then says what it is: filter, count, bytes and SHA-256 (of the
text before it was compressed), and the live cursor of its moment. Where a server is lost the export goes on by itself. On
the database of the environment it has what an operator sees, with --url what the token allows.

Examples:
  DATABASE_URL=postgres://localhost/app activity-log export --workspace w1 --output w1.csv
  activity-log export --workspace w1 --format jsonl --filter '{"severities":["ERROR"]}' | jq .message
  activity-log export --workspace w1 --output w1.jsonl.gz --format jsonl --gzip --url http://127.0.0.1:4000 --token "$TOKEN"`,
    )
    .action(run);
}
