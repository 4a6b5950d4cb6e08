import { ActivityLogClientError } from '../../client/client.ts';
import { fromGraphqlErrors, networkReason } from '../../client/client-error.ts';

/** Milliseconds of silence after which an answer is given up: what matches can be far between. */
const patience = 5 * 60_000;

/** An export, or the rest of one, as it comes in. */
export interface OpenedExport {
  /** What names its moment, for who goes on with it. */
  readonly ticket: string;
  /** Throws UNAVAILABLE where it is cut. */
  readonly chunks: AsyncGenerator<Uint8Array, void, undefined>;
}

const lost = (cause: unknown): ActivityLogClientError =>
  new ActivityLogClientError('UNAVAILABLE', `The service was lost: ${networkReason(cause)}.`, { cause });

/** What the service says, or what stands for it, as an error. */
async function refusalOf(response: Response): Promise<ActivityLogClientError> {
  const { status } = response;
  try {
    const { errors } = (await response.json()) as { errors: unknown[] };
    if (Array.isArray(errors)) return fromGraphqlErrors(errors, status);
  } catch {
    // A proxy has answered.
  }
  const code = status >= 500 || status === 429 ? 'UNAVAILABLE' : 'INTERNAL';
  return new ActivityLogClientError(code, `The service answered ${status}.`, { status });
}

/**
 * Asks for what a link leads to: an export, its rest, or its manifest.
 * @throws ActivityLogClientError where it is refused or nobody is reached; the signal's reason where it is aborted
 */
export async function openLink(url: URL, signal: AbortSignal): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(url, { signal, cache: 'no-store', referrerPolicy: 'no-referrer' });
  } catch (error) {
    throw signal.aborted ? signal.reason : lost(error);
  }
  if (!response.ok) throw await refusalOf(response);
  return response;
}

/** @throws Error where nothing comes for too long */
async function readSome(
  reader: ReadableStreamDefaultReader<Uint8Array>,
): Promise<ReadableStreamReadResult<Uint8Array>> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const silence = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`nothing came for ${patience / 1000} seconds`)), patience);
  });
  try {
    return await Promise.race([reader.read(), silence]);
  } finally {
    clearTimeout(timer);
  }
}

async function* chunksOf(body: ReadableStream<Uint8Array>, signal: AbortSignal): AsyncGenerator<Uint8Array, void> {
  const reader = body.getReader();
  try {
    for (;;) {
      const { done, value } = await readSome(reader);
      if (done) return;
      yield value;
    }
  } catch (error) {
    throw signal.aborted ? signal.reason : lost(error);
  } finally {
    // Whoever leaves early wants no more of it; what has failed has nothing to cancel.
    reader.cancel().catch(() => undefined);
  }
}

/** Opens an export. Throws as `openLink` does. */
export async function openExport(url: URL, signal: AbortSignal): Promise<OpenedExport> {
  const { headers, body } = await openLink(url, signal);
  const ticket = headers.get('activity-log-export');
  if (ticket === null) {
    const message =
      'The answer has no header Activity-Log-Export. Does something in front of the service leave it out?';
    throw new ActivityLogClientError('INTERNAL', message);
  }
  return {
    ticket,
    chunks: chunksOf(body ?? new Blob([]).stream(), signal),
  };
}
