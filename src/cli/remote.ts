import { type Command, Option } from 'commander';
import { type ActivityLogClient, ActivityLogClientError, createActivityLogClient } from '../client/client.ts';
import { ActivityLogError } from '../errors.ts';
import { UsageError } from './exit.ts';

/** Which server a command goes through, where it does not open the database itself. */
export interface RemoteOptions {
  url?: string;
  token?: string;
}

/** Adds `--url` and `--token`. */
export function addRemoteOptions(command: Command): Command {
  return command
    .option('--url <url>', 'go through the server at this address instead of opening the database')
    .addOption(
      new Option('--token <jwt>', 'the token for --url; other users of this machine can see arguments').env(
        'ACTIVITY_TOKEN',
      ),
    );
}

/**
 * A client of the server that the options name; undefined where they name none. The caller closes it.
 * @throws UsageError where the URL is none or there is no token for it
 */
export function openRemote({ url, token }: RemoteOptions): ActivityLogClient | undefined {
  if (url === undefined) return undefined;
  if (token === undefined || token === '') {
    throw new UsageError('--url needs a token: give --token, or set ACTIVITY_TOKEN. `activity-log token` prints one.');
  }
  try {
    return createActivityLogClient({ url, token });
  } catch (error) {
    throw new UsageError(`--${(error as Error).message}`);
  }
}

/** An error of the client as one that commands end with: a message without a stack. Anything else as it is. */
export function toCommandError(error: unknown): unknown {
  if (!(error instanceof ActivityLogClientError)) return error;
  return new ActivityLogError(error.code, error.message, { field: error.field, cause: error });
}
