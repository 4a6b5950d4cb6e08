import { ActivityLogClientError, type ClientErrorCode, fromGraphqlErrors, networkReason } from './client-error.ts';
import type { TypedDocumentString } from './generated/graphql.ts';
import type { TokenSource } from './token-source.ts';

/**
 * Runs a query or a mutation.
 * @throws ActivityLogClientError; the signal's reason where it is aborted; what the token function throws
 */
export type Request = <TResult, TVariables>(
  document: TypedDocumentString<TResult, TVariables>,
  variables: TVariables,
  signal?: AbortSignal,
) => Promise<TResult>;

export interface RequestOptions {
  /** Of `/graphql`. */
  endpoint: URL;
  tokens: TokenSource;
  fetch: typeof fetch;
  /** Milliseconds that an answer may take. */
  timeout: number;
}

const codeOfStatus: Record<number, ClientErrorCode> = {
  401: 'UNAUTHENTICATED',
  403: 'FORBIDDEN',
  413: 'LIMIT_EXCEEDED',
  429: 'UNAVAILABLE',
  502: 'UNAVAILABLE',
  503: 'UNAVAILABLE',
  504: 'UNAVAILABLE',
};

function parse(body: string): { data?: unknown; errors?: unknown } {
  try {
    const answer: unknown = JSON.parse(body);
    return typeof answer === 'object' && answer !== null ? answer : {};
  } catch {
    return {};
  }
}

/** The data of an answer. It may come from a proxy, and be anything. */
function read(endpoint: URL, status: number, body: string): unknown {
  const { data, errors } = parse(body);
  if (Array.isArray(errors) && errors.length > 0) throw fromGraphqlErrors(errors, status);
  if (data != null) return data;
  throw new ActivityLogClientError(
    codeOfStatus[status] ?? 'INTERNAL',
    `${endpoint.href} answered ${status} without a GraphQL result. Is it the URL of an Activity Log?`,
    { status },
  );
}

/** GraphQL over HTTP. A request that is answered with UNAUTHENTICATED is sent once more, with another token. */
export function createRequest({ endpoint, tokens, fetch, timeout }: RequestOptions): Request {
  async function send(body: string, token: string, signal: AbortSignal | undefined): Promise<unknown> {
    const timer = AbortSignal.timeout(timeout);
    try {
      const response = await fetch(endpoint, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          accept: 'application/graphql-response+json, application/json',
          authorization: `Bearer ${token}`,
        },
        body,
        signal: signal === undefined ? timer : AbortSignal.any([signal, timer]),
      });
      return read(endpoint, response.status, await response.text());
    } catch (error) {
      if (error instanceof ActivityLogClientError) throw error;
      if (signal?.aborted) throw signal.reason;
      const reason = timer.aborted ? `no answer within ${timeout} ms` : networkReason(error);
      throw new ActivityLogClientError('UNAVAILABLE', `${endpoint.href} cannot be reached: ${reason}.`, {
        cause: error,
      });
    }
  }

  return async <TResult, TVariables>(
    document: TypedDocumentString<TResult, TVariables>,
    variables: TVariables,
    signal?: AbortSignal,
  ) => {
    const body = JSON.stringify({ query: document.toString(), variables });
    const token = await tokens.current();
    try {
      return (await send(body, token, signal)) as TResult;
    } catch (error) {
      if (!(error instanceof ActivityLogClientError) || error.code !== 'UNAUTHENTICATED') throw error;
      const other = await tokens.insteadOf({ token, reason: error.message });
      if (other === token) throw error;
      return (await send(body, other, signal)) as TResult;
    }
  };
}
