import { maxAliasesRule } from '@escape.tech/graphql-armor-max-aliases';
import { GraphQLError, type ValidationContext } from 'graphql';
import { createYoga, type Plugin } from 'graphql-yoga';
import type { Viewer } from '../core/activity/visibility.ts';
import type { Logger } from '../log.ts';
import type { Metrics } from '../metrics.ts';
import { createContext, type GraphqlContext, type Services } from './context.ts';
import { mostAliases, mostTokens } from './limits.ts';
import { isPublic, toPublicError } from './public-error.ts';
import { schema } from './schema.ts';

/** What a transport knows of a request, for the context. */
export interface RequestContext {
  signedIn: Viewer | undefined;
  /** Aborted when a subscription over this request has to end. */
  ending?: AbortSignal | undefined;
}

export interface GraphqlOptions {
  services: Services;
  logger: Logger;
  metrics: Metrics;
}

const limits: Plugin = {
  onParse({ parseFn, setParseFn }) {
    setParseFn((source, options) => {
      try {
        return parseFn(source, { ...options, maxTokens: mostTokens });
      } catch (error) {
        // graphql-js' parser recurses: what it cannot hold is too deep for anybody.
        if (!(error instanceof RangeError)) throw error;
        throw new GraphQLError('The document is nested too deeply.', { extensions: { code: 'LIMIT_EXCEEDED' } });
      }
    });
  },
  onValidate({ addValidationRule }) {
    const rule = maxAliasesRule({
      n: mostAliases,
      allowList: [],
      onReject: [
        (_context, error) => {
          if (error !== null) Object.assign(error.extensions, { code: 'LIMIT_EXCEEDED' });
        },
      ],
    });
    addValidationRule((context: ValidationContext) => rule(context));
  },
};

/** The GraphQL engine, for every transport: context, limits, and errors that say only what they should. */
export function createGraphql({ services, logger, metrics }: GraphqlOptions) {
  const toSafeError = (error: unknown): Error => {
    const safe = toPublicError(error);
    if (safe.unexpected) {
      metrics.unexpected.inc();
      logger.error({ err: error }, 'an unexpected error was masked');
    }
    return safe.error;
  };
  // Errors of parsing, validation and the protocol never pass maskError.
  const safeResults: Plugin = {
    onResultProcess({ result, setResult }) {
      if (Symbol.asyncIterator in result || Array.isArray(result) || !('errors' in result) || !result.errors) return;
      if (result.errors.every((error) => isPublic(error))) return;
      setResult({
        ...result,
        errors: result.errors.map((error) => (isPublic(error) ? error : toSafeError(error))) as never,
      });
    },
  };
  const yoga = createYoga<RequestContext, GraphqlContext>({
    schema,
    context: ({ signedIn, ending }) => createContext(services, signedIn, ending),
    graphqlEndpoint: '/graphql',
    graphiql: false,
    landingPage: false,
    batching: false,
    cors: { origin: '*', methods: ['GET', 'POST', 'OPTIONS'] },
    logging: false,
    maskedErrors: { maskError: toSafeError },
    plugins: [limits, safeResults],
  });
  return { yoga, toSafeError };
}

export type Graphql = ReturnType<typeof createGraphql>;
