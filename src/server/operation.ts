import type { IncomingMessage } from 'node:http';
import { getOperationAST, OperationTypeNode } from 'graphql';
import type { Documents } from '../graphql/documents.ts';
import type { Operation } from '../graphql/yoga.ts';

/** An operation that a request asks for. */
export interface AskedOperation extends Operation {
  kind: OperationTypeNode;
}

type Params = Record<string, unknown>;

const isObject = (value: unknown): value is Params =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** True for a body of JSON, which no browser sends to another origin before it has asked whether it may. */
export const isJson = ({ headers }: IncomingMessage): boolean =>
  /^application\/json\s*(?:;|$)/i.test(headers['content-type'] ?? '');

function paramsOf(request: IncomingMessage, body: Buffer | null): unknown {
  try {
    if (body !== null) {
      return request.method === 'POST' && isJson(request) ? JSON.parse(body.toString('utf8')) : undefined;
    }
    if (request.method !== 'GET') return undefined;
    const { searchParams } = new URL(request.url ?? '/', 'http://localhost');
    const variables = searchParams.get('variables');
    return {
      query: searchParams.get('query'),
      operationName: searchParams.get('operationName'),
      variables: variables === null ? undefined : (JSON.parse(variables) as unknown),
    };
  } catch {
    return undefined;
  }
}

const names: ReadonlySet<string> = new Set(['query', 'variables', 'operationName', 'extensions']);

/** The valid operation that a request asks for; undefined where there is none: yoga says why. */
export function readOperation(
  documents: Documents,
  request: IncomingMessage,
  body: Buffer | null,
): AskedOperation | undefined {
  const params = paramsOf(request, body);
  if (!isObject(params)) return undefined;
  for (const name in params) if (!names.has(name) && params[name] != null) return undefined;
  const { query, operationName, variables, extensions } = params;
  if (typeof query !== 'string' || (operationName != null && typeof operationName !== 'string')) return undefined;
  if ((variables != null && !isObject(variables)) || (extensions != null && !isObject(extensions))) return undefined;
  try {
    const document = documents.parse(query);
    if (documents.validate(document).length > 0) return undefined;
    const name = operationName ?? undefined;
    const kind = getOperationAST(document, name)?.operation;
    return kind && { kind, document, operationName: name, variables: variables ?? undefined };
  } catch {
    return undefined;
  }
}

/** What yoga answers in, by what most clients accept; it looks at the rest itself. */
const answers: ReadonlyMap<string, string> = new Map([
  ['*/*', 'application/json'],
  ['application/json', 'application/json'],
  ['application/graphql-response+json', 'application/graphql-response+json'],
  ['application/graphql-response+json, application/json', 'application/graphql-response+json'],
]);

/**
 * The media type of the answer, for requests as nearly all are: a query or mutation by POST. Undefined for any other, which
 * is yoga's.
 */
export function answerTypeOf({ method, headers }: IncomingMessage, { kind }: AskedOperation): string | undefined {
  return method === 'POST' && kind !== OperationTypeNode.SUBSCRIPTION
    ? answers.get(headers.accept ?? '*/*')
    : undefined;
}
