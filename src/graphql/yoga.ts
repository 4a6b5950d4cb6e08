import { type DocumentNode, type ExecutionArgs, type ExecutionResult, GraphQLError } from 'graphql';
import { createYoga, type Plugin } from 'graphql-yoga';
import type { Viewer } from '../core/activity/visibility.ts';
import { ActivityLogError } from '../errors.ts';
import type { Logger, RequestScope } from '../log.ts';
import type { Metrics } from '../metrics.ts';
import type { Tracing } from '../tracing/tracing.ts';
import { createContext, type GraphqlContext, type Services } from './context.ts';
import { Documents } from './documents.ts';
import { Executor } from './executor.ts';
import { jsonBytes } from './json-bytes.ts';
import { ObservedOperations } from './observed-operations.ts';
import { isPublic, toPublicError } from './public-error.ts';
import { schema } from './schema.ts';
import { type SubscriptionRequest, type SubscriptionSink, Subscriptions } from './subscriptions.ts';
import { WrittenPages } from './written-pages.ts';

/** An operation of a valid document, as a client asks for it. */
export interface Operation {
  document: DocumentNode;
  operationName: string | undefined;
  variables: Record<string, unknown> | undefined;
}

/** What a transport knows of a request, for the context. */
export interface RequestContext {
  signedIn: Viewer | undefined;
  scope?: RequestScope | undefined;
}

export interface GraphqlOptions {
  services: Services;
  logger: Logger;
  metrics: Metrics;
  /** Whether the schema may be asked for. Default true. */
  introspection?: boolean;
  tracing?: Tracing | undefined;
}

const asText = (result: ExecutionResult) => Buffer.from(JSON.stringify(result));

const notHere = new ActivityLogError(
  'BAD_USER_INPUT',
  'Subscriptions are served over WebSocket, and as text/event-stream for requests of application/json.',
  { field: 'query' },
);

/** The GraphQL engine, for every transport: documents, context, subscriptions, and errors that say only what they should. */
export function createGraphql({ services, logger, metrics, introspection = true, tracing }: GraphqlOptions) {
  const toSafeError = (error: unknown, scope?: RequestScope | undefined): Error => {
    if (error instanceof GraphQLError && isPublic(error)) return error;
    const safe = toPublicError(error);
    metrics.operationErrors.inc({ code: String(safe.error.extensions['code']) });
    if (safe.unexpected) {
      metrics.unexpected.inc();
      logger.error({ ...scope, err: error }, 'an unexpected error was masked');
    }
    return safe.error;
  };
  const documents = new Documents(schema, { introspection });
  const executor = new Executor(schema);
  const observed = new ObservedOperations({ metrics, tracing });
  const toSafeResult = (result: ExecutionResult, scope: RequestScope | undefined): ExecutionResult => {
    if (result.errors === undefined || result.errors.every((error) => isPublic(error))) return result;
    return { ...result, errors: result.errors.map((error) => toSafeError(error, scope)) as GraphQLError[] };
  };
  /** Its errors are safe here and not later: the context knows the request that they are logged with. */
  const executeSafely = (args: ExecutionArgs): ExecutionResult | Promise<ExecutionResult> => {
    const { scope } = args.contextValue as GraphqlContext;
    const result = observed.run(args.document, args.operationName, () => executor.execute(args));
    return result instanceof Promise ? result.then((done) => toSafeResult(done, scope)) : toSafeResult(result, scope);
  };
  const subscriptions = new Subscriptions({ schema, services, toSafeError });
  const cachedDocuments: Plugin = {
    onParse: ({ setParseFn }) =>
      setParseFn((source) => documents.parse(typeof source === 'string' ? source : source.body)),
    // The transports start them through `subscriptions`, which ends them with their tokens.
    onSubscribe: ({ setSubscribeFn }) => setSubscribeFn(() => ({ errors: [toSafeError(notHere) as GraphQLError] })),
    onExecute: ({ setExecuteFn }) => setExecuteFn(executeSafely),
    onValidate: ({ setValidationFn }) => setValidationFn((_schema, document) => documents.validate(document)),
  };
  // Errors of parsing, validation and the protocol never pass maskError.
  const safeResults: Plugin = {
    onResultProcess({ result, setResult, serverContext }) {
      const { scope } = serverContext as Partial<RequestContext>;
      if (!(Symbol.asyncIterator in result) && !Array.isArray(result)) setResult(toSafeResult(result, scope));
    },
  };
  // Yoga's parsers of parameters in URLs and forms throw whatever JSON.parse does.
  const readableParameters: Plugin = {
    onRequestParse({ requestParser, setRequestParser }) {
      if (requestParser === undefined) return;
      setRequestParser(async (request) => {
        try {
          return await requestParser(request);
        } catch (error) {
          if (!(error instanceof SyntaxError)) throw error;
          throw new GraphQLError('The "variables" parameter takes an object as JSON, and so does "extensions".', {
            extensions: { code: 'BAD_REQUEST', http: { status: 400 } },
          });
        }
      });
    },
  };
  /**
   * Executes a query or mutation as yoga would, without its requests and responses.
   * @returns the result, and what turns it into the bytes of the answer
   */
  const execute = async (
    { document, operationName, variables }: Operation,
    { signedIn, scope }: RequestContext,
  ): Promise<{ result: ExecutionResult; write: (result: ExecutionResult) => Buffer<ArrayBuffer> }> => {
    const pages = new WrittenPages();
    const contextValue = createContext(services, signedIn, scope);
    contextValue.pages = pages;
    const result = await executeSafely({
      schema,
      document,
      operationName,
      variableValues: variables,
      contextValue,
    });
    return { result, write: pages.isEmpty ? asText : jsonBytes };
  };
  const yoga = createYoga<RequestContext, GraphqlContext>({
    // Nothing is uploaded.
    multipart: false,
    schema,
    context: ({ signedIn, scope }) => createContext(services, signedIn, scope),
    graphqlEndpoint: '/graphql',
    graphiql: false,
    landingPage: false,
    batching: false,
    // The transport says that, of every answer.
    cors: false,
    logging: false,
    maskedErrors: { maskError: (error) => toSafeError(error) },
    parserAndValidationCache: false,
    plugins: [readableParameters, cachedDocuments, safeResults],
  });
  return {
    schema,
    yoga,
    documents,
    execute,
    subscriptions: {
      /** As Subscriptions.open. */
      open: (request: SubscriptionRequest, sink: SubscriptionSink) =>
        observed.run(request.document, request.operationName, () => subscriptions.open(request, sink)),
    },
    toSafeError,
  };
}

export type Graphql = ReturnType<typeof createGraphql>;
