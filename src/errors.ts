/**
 * The one catalogue of what can go wrong, as clients see it. A code is never reused for another meaning.
 * `status` is the HTTP status where an error is the whole answer; `text` is what is said when there is nothing better.
 */
export const errorCatalogue = {
  UNAUTHENTICATED: {
    status: 401,
    text: 'A valid token is needed: send "Authorization: Bearer JWT", or connectionParams { authorization: "Bearer JWT" } over WebSocket.',
  },
  FORBIDDEN: { status: 403, text: 'The token does not allow this.' },
  BAD_USER_INPUT: { status: 400, text: 'The input is not valid.' },
  LIMIT_EXCEEDED: { status: 413, text: 'The request is larger than what is allowed.' },
  LIVE_CURSOR_EXPIRED: {
    status: 410,
    text: 'This live cursor cannot be resumed from. Read a page of the timeline and subscribe with its liveCursor.',
  },
  UNAVAILABLE: { status: 503, text: 'The database cannot be reached. Nothing was written; try again.' },
  INTERNAL: { status: 500, text: 'Something unexpected went wrong. It has been logged.' },
} as const satisfies Record<string, { status: number; text: string }>;

export type ErrorCode = keyof typeof errorCatalogue;

export interface ActivityLogErrorOptions {
  /** The path of the input that is at fault, for example `input.eventKey` or `filter.from`. */
  field?: string | undefined;
  /** Seconds after which the same is no longer too much: for limits of rates. */
  retryAfter?: number | undefined;
  cause?: unknown;
}

/** An error that is meant to be read by whoever caused it. Anything else is masked before it leaves the process. */
export class ActivityLogError extends Error {
  override readonly name = 'ActivityLogError';
  readonly code: ErrorCode;
  readonly field: string | undefined;
  readonly retryAfter: number | undefined;

  constructor(code: ErrorCode, message: string = errorCatalogue[code].text, options: ActivityLogErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.field = options.field;
    this.retryAfter = options.retryAfter;
  }
}

/** True for an error about what was given, which would be refused again; after any other one trying again can help. */
export function isRefusal(error: unknown): error is ActivityLogError {
  if (!(error instanceof ActivityLogError) || error.retryAfter !== undefined) return false;
  return error.code !== 'UNAVAILABLE' && error.code !== 'INTERNAL';
}

/** The HTTP status of an error that is the whole answer: too many requests (429) are not one that is too large. */
export function statusOf({ code, retryAfter }: ActivityLogError): number {
  return code === 'LIMIT_EXCEEDED' && retryAfter !== undefined ? 429 : errorCatalogue[code].status;
}

/** A value as text, whatever it is: JSON cannot say a bigint, nor what contains itself. */
function asText(value: unknown): string {
  try {
    return JSON.stringify(value) ?? String(value);
  } catch {
    return String(value);
  }
}

/** Shortens a value for an error message: `"aaaaaaaa…" (5000 characters)`. Control characters are escaped. */
export function shorten(value: unknown, most = 60): string {
  const text = typeof value === 'string' ? value : asText(value);
  const shown = JSON.stringify(text.length > most ? `${text.slice(0, most)}…` : text);
  return text.length > most ? `${shown} (${text.length} characters)` : shown;
}
