import { GraphQLError } from 'graphql';
import { ActivityLogError, type ErrorCode, errorCatalogue } from '../errors.ts';

/** What clients may see of an error, and whether the process has to look at it. */
export interface PublicError {
  error: GraphQLError;
  unexpected: boolean;
}

/** Codes whose HTTP status is the status of the whole answer: nothing of the operation ran, or ever will. */
const wholeAnswer: ReadonlySet<ErrorCode> = new Set(['UNAUTHENTICATED', 'UNAVAILABLE']);

/** Characters of a message of graphql-js. */
const longestMessage = 500;

function findOwn(error: unknown): ActivityLogError | undefined {
  for (let at = error; at !== undefined && at !== null; at = (at as GraphQLError).originalError) {
    if (at instanceof ActivityLogError) return at;
  }
  return undefined;
}

/** Where a request is at fault, as far as graphql-js says: the input's path, or the name of the node. */
function fieldOf(error: GraphQLError): string {
  const { code, http } = error.extensions as { code?: unknown; http?: { status?: number } };
  if (code === 'OPERATION_RESOLUTION_FAILURE') return 'operationName';
  if (isAboutBody(error)) {
    if (http?.status === 405) return 'method';
    return /"(query|variables|operationName|extensions)" param/.exec(error.message)?.[1] ?? 'body';
  }
  const argument = argumentOf(error);
  if (argument !== undefined) return argument;
  const [, variable, path] = /^Variable "\$(\w+)" (?:got invalid value .* at "([^"]+)"|)/s.exec(error.message) ?? [];
  if (variable !== undefined) return path ?? variable;
  const node = error.nodes?.[0] as { name?: { value: string } } | undefined;
  return node?.name?.value ?? 'query';
}

/** True for yoga's own refusals of what is no GraphQL request at all: no JSON, or parameters of the wrong kind. */
const isAboutBody = ({ extensions }: GraphQLError): boolean => extensions['code'] === 'BAD_REQUEST';

/** For yoga, which sets the answer's status by it. */
function httpOf(error: GraphQLError | undefined, code: ErrorCode): unknown {
  if (wholeAnswer.has(code)) return { status: errorCatalogue[code].status };
  const http = error?.extensions['http'];
  // Without `spec`, by which yoga would answer 200 to whoever takes application/json: that is for errors of GraphQL.
  return error !== undefined && isAboutBody(error) ? { ...(http as object), spec: false } : http;
}

function make(
  source: unknown,
  code: ErrorCode,
  message: string,
  field: string | undefined,
  retryAfter?: number | undefined,
): GraphQLError {
  const at = source instanceof GraphQLError ? source : undefined;
  const extensions: Record<string, unknown> = {
    code,
    ...(field === undefined ? {} : { field }),
    ...(retryAfter === undefined ? {} : { retryAfter }),
  };
  // Not enumerable, so that no client ever reads it.
  Object.defineProperty(extensions, 'http', { value: httpOf(at, code), enumerable: false });
  return new GraphQLError(message, {
    nodes: at?.nodes ?? null,
    source: at?.source ?? null,
    positions: at?.positions ?? null,
    path: at?.path ?? null,
    extensions,
  });
}

/**
 * Any error as one of the catalogue's: ours as they are, those of graphql-js about the request as BAD_USER_INPUT (or the
 * limit that they name), the rest masked.
 */
export function toPublicError(error: unknown): PublicError {
  const own = findOwn(error);
  if (own !== undefined)
    return {
      error: make(error, own.code, own.message, own.field, own.retryAfter),
      unexpected: own.code === 'INTERNAL',
    };
  if (isTooDeep(error)) {
    const message = 'The document is nested too deeply.';
    return { error: make(error, 'LIMIT_EXCEEDED', message, 'query'), unexpected: false };
  }
  if (error instanceof GraphQLError && isAboutRequest(error)) {
    if (error.message === 'Validation aborted.') {
      const message = 'The document has too many fields of the same name to be checked. Ask for fewer.';
      return { error: make(error, 'LIMIT_EXCEEDED', message, 'query'), unexpected: false };
    }
    const isLimit =
      error.extensions['code'] === 'LIMIT_EXCEEDED' || /^Syntax Error: Document contains more/.test(error.message);
    return {
      error: make(error, isLimit ? 'LIMIT_EXCEEDED' : 'BAD_USER_INPUT', brief(error.message), fieldOf(error)),
      unexpected: false,
    };
  }
  return { error: make(error, 'INTERNAL', errorCatalogue.INTERNAL.text, undefined), unexpected: true };
}

/** graphql-js repeats what it was given, all of it, in each of up to fifty errors. */
const brief = (message: string): string =>
  message.length <= longestMessage ? message : `${message.slice(0, longestMessage).toWellFormed()} …`;

/** Counting and executing walk a document by recursion: one that the parser could just hold may be too deep for them. */
function isTooDeep(error: unknown): boolean {
  const inner = error instanceof GraphQLError ? error.originalError : error;
  return inner instanceof RangeError && inner.message === 'Maximum call stack size exceeded';
}

/** True where the error came from `toPublicError`. */
export function isPublic(error: GraphQLError): boolean {
  return Object.getOwnPropertyDescriptor(error.extensions, 'http')?.enumerable === false;
}

/** True for parsing, validation and coercion of variables and arguments: the resolver had not begun. */
function isAboutRequest(error: GraphQLError): boolean {
  if (argumentOf(error) !== undefined) return true;
  return error.path === undefined && (error.originalError === undefined || error.nodes !== undefined);
}

/**
 * The argument that an operation has no value for when it is executed: its variable may be null by its type, and was, or
 * has no value. Resolvers throw no such errors.
 */
function argumentOf({ message, originalError }: GraphQLError): string | undefined {
  if (originalError !== undefined && !(originalError instanceof GraphQLError)) return undefined;
  return /^Argument "(\w+)" (?:of (?:required|non-null) type|has invalid value)/.exec(message)?.[1];
}
