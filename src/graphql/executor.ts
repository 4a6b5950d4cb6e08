import {
  type DocumentNode,
  type ExecutionArgs,
  type ExecutionResult,
  execute,
  GraphQLError,
  type GraphQLSchema,
  getOperationAST,
  type OperationDefinitionNode,
} from 'graphql';
import { type CompiledQuery, compileQuery, isCompiledQuery } from 'graphql-jit';
import { LRUCache } from 'lru-cache';
import { isCompilable } from './compilable.ts';
import type { GraphqlContext } from './context.ts';
import { isList, KnownCosts } from './known-costs.ts';

/** Executions of an operation from which on it is compiled: what is asked only once would not win back the time for it. */
const worthCompiling = 3;
/** Operations that are kept compiled. */
const mostCompiled = 200;

/** An operation that is compiled. */
interface Compiled {
  query: CompiledQuery['query'];
  /** The variables that are no lists. */
  single: readonly string[];
  /** What it may cost with which variables. */
  costs: KnownCosts;
}

/** Stands for an operation that is not. */
const byGraphqlJs = 'by graphql-js';

/** Where the lines of a text begin. */
function lineStarts(body: string): number[] {
  return [0, ...Array.from(body.matchAll(/\r\n|[\n\r]/g), ({ index, 0: end }) => index + end.length)];
}

/** The compiler's errors lack parts of those of graphql-js that others rely on. */
function withErrorsOf({ loc }: DocumentNode, result: ExecutionResult): ExecutionResult {
  if (result.errors === undefined) return result;
  const starts = loc && lineStarts(loc.source.body);
  const errors = result.errors.map(({ message, locations = [], path, originalError }) => {
    const positions = starts && locations.map(({ line, column }) => (starts[line - 1] ?? 0) + column - 1);
    return new GraphQLError(message, { source: loc?.source, positions, path, originalError });
  });
  return { ...result, errors };
}

const contextOf = ({ contextValue }: ExecutionArgs) =>
  contextValue as Pick<GraphqlContext, 'pages' | 'cost'> | undefined;

/** By graphql-js, in whose results nothing writes itself. */
function executePlain(args: ExecutionArgs): ExecutionResult | Promise<ExecutionResult> {
  const context = contextOf(args);
  if (context?.pages !== undefined) context.pages = undefined;
  return execute(args);
}

/** What compiled code has come to. */
function finish(args: ExecutionArgs, result: ExecutionResult): ExecutionResult {
  contextOf(args)?.pages?.place(result.data);
  return withErrorsOf(args.document, result);
}

/**
 * Executes queries and mutations: those that come again and again by code that is compiled for them once (graphql-jit),
 * others, and what the compiler cannot do, by graphql-js. The answers are the same. (Where several fields fail under what
 * becomes null for that, either tells of one of them at least.)
 */
export class Executor {
  readonly #schema: GraphQLSchema;
  readonly #compiled = new LRUCache<OperationDefinitionNode, Compiled | typeof byGraphqlJs>({ max: mostCompiled });
  readonly #uses = new WeakMap<OperationDefinitionNode, number>();
  readonly #from: number;

  /** @param compileFrom the execution of an operation from which on it is compiled */
  constructor(schema: GraphQLSchema, { compileFrom = worthCompiling }: { compileFrom?: number } = {}) {
    this.#schema = schema;
    this.#from = compileFrom;
  }

  /**
   * @param args with a document that is valid. Where the context has `pages`, those that can write themselves do: in the
   * result they are a JsonValueWriter.
   */
  execute(args: ExecutionArgs): ExecutionResult | Promise<ExecutionResult> {
    const operation = getOperationAST(args.document, args.operationName);
    const compiled = operation == null ? byGraphqlJs : this.#compiledOf(args.document, operation);
    if (compiled === byGraphqlJs) return executePlain(args);
    const { query, single, costs } = compiled;
    const variables = args.variableValues ?? {};
    // The compiler takes a list for an object.
    if (single.some((name) => Array.isArray(variables[name]))) return executePlain(args);
    const context = contextOf(args);
    const sizes = costs.keyOf(variables);
    if (context !== undefined && costs.has(sizes)) context.cost = 'known';
    const done = (settled: ExecutionResult): ExecutionResult => {
      // Where no field was resolved nobody has looked.
      if (context?.cost === 'checked' && settled.errors === undefined) costs.add(sizes);
      return finish(args, settled);
    };
    const result = query(args.rootValue, args.contextValue, variables) as ExecutionResult | Promise<ExecutionResult>;
    if ('then' in result) return result.then(done);
    // Without data nothing was executed: the variables are wrong, and graphql-js says so best.
    return 'data' in result ? done(result) : executePlain(args);
  }

  #compiledOf(document: DocumentNode, operation: OperationDefinitionNode): Compiled | typeof byGraphqlJs {
    const known = this.#compiled.get(operation);
    if (known !== undefined) return known;
    const uses = (this.#uses.get(operation) ?? 0) + 1;
    this.#uses.set(operation, uses);
    if (uses < this.#from) return byGraphqlJs;
    const compiled = this.#compile(document, operation);
    this.#compiled.set(operation, compiled);
    return compiled;
  }

  #compile(document: DocumentNode, operation: OperationDefinitionNode): Compiled | typeof byGraphqlJs {
    if (!isCompilable(document, operation)) return byGraphqlJs;
    const compiled = compileQuery(this.#schema, document, operation.name?.value);
    const single = (operation.variableDefinitions ?? []).flatMap(({ variable, type }) =>
      isList(type) ? [] : [variable.name.value],
    );
    return isCompiledQuery(compiled)
      ? { query: compiled.query, single, costs: new KnownCosts(operation) }
      : byGraphqlJs;
  }
}
