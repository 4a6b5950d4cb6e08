/** The codes of the service, as `extensions.code` carries them; `UNAVAILABLE` also where it cannot be reached at all. */
const clientErrorCodes = [
  'UNAUTHENTICATED',
  'FORBIDDEN',
  'BAD_USER_INPUT',
  'LIMIT_EXCEEDED',
  'LIVE_CURSOR_EXPIRED',
  'UNAVAILABLE',
  'INTERNAL',
] as const;

export type ClientErrorCode = (typeof clientErrorCodes)[number];

/** One of the errors in an answer. */
export interface AnsweredError {
  code: ClientErrorCode;
  message: string;
  /** The path of the input at fault, for example `input[3].severity`. */
  field: string | undefined;
}

export interface ClientErrorOptions {
  field?: string | undefined;
  status?: number | undefined;
  errors?: readonly AnsweredError[];
  cause?: unknown;
}

/** What the service refused or could not do. */
export class ActivityLogClientError extends Error {
  override readonly name = 'ActivityLogClientError';
  readonly code: ClientErrorCode;
  /** The path of the input at fault, where the service named one. */
  readonly field: string | undefined;
  /** The HTTP status of the answer, or the close code of the socket; undefined where there was no answer. */
  readonly status: number | undefined;
  /** Every error of the answer; this one is the first of them. */
  readonly errors: readonly AnsweredError[];

  /** Also for one of another copy of the client on the same page: a custom element brings its own. */
  static override [Symbol.hasInstance](value: unknown): boolean {
    // biome-ignore lint/complexity/noThisInStatic: classes that extend this one keep to themselves.
    if (this !== ActivityLogClientError) return Function.prototype[Symbol.hasInstance].call(this, value);
    return value instanceof Error && value.name === 'ActivityLogClientError';
  }

  constructor(code: ClientErrorCode, message: string, options: ClientErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.field = options.field;
    this.status = options.status;
    this.errors = options.errors ?? [{ code, message, field: options.field }];
  }
}

function toAnswered(error: unknown): AnsweredError {
  const { message, extensions } = (error ?? {}) as {
    message?: unknown;
    extensions?: { code?: unknown; field?: unknown; retryAfter?: unknown };
  };
  // Too much for now, not too much: what is tried again later is taken.
  const isLater = typeof extensions?.retryAfter === 'number';
  return {
    // A code that this client does not know is one of a newer service.
    code: isLater ? 'UNAVAILABLE' : (clientErrorCodes.find((code) => code === extensions?.code) ?? 'INTERNAL'),
    message: typeof message === 'string' ? message : 'The service gave an error without a message.',
    field: typeof extensions?.field === 'string' ? extensions.field : undefined,
  };
}

/** The errors of a GraphQL answer as one error; `status` as in ActivityLogClientError. */
export function fromGraphqlErrors(errors: readonly unknown[], status?: number): ActivityLogClientError {
  const answered = errors.map(toAnswered);
  const first = answered[0] ?? toAnswered(undefined);
  return new ActivityLogClientError(first.code, first.message, { field: first.field, status, errors: answered });
}

/** What lies at the bottom of a network error, in words: `ECONNREFUSED`, `socket hang up`. */
export function networkReason(error: unknown): string {
  const {
    cause,
    code,
    message,
    error: inner,
  } = (error ?? {}) as Record<'cause' | 'code' | 'message' | 'error', unknown>;
  const deeper = cause ?? inner;
  if (typeof deeper === 'object' && deeper !== null) return networkReason(deeper);
  if (typeof code === 'string') return code;
  return typeof message === 'string' && message !== '' ? message : 'no reason was given';
}
