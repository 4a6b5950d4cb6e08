import {
  type DocumentNode,
  type ExecutionArgs,
  type ExecutionResult,
  execute,
  GraphQLError,
  type GraphQLSchema,
  OperationTypeNode,
  type Source,
  type SourceLocation,
} from 'graphql';
import { type CompiledQuery, compileQuery, isCompiledQuery } from 'graphql-jit';
import { LRUCache } from 'lru-cache';

/** Executions of a document from which on it is compiled: what is asked only once would not win back the time for it. */
const worthCompiling = 3;
/** Operations that are kept compiled. */
const mostCompiled = 200;

/** How an operation is executed; undefined: by graphql-js. */
type Compiled = CompiledQuery['query'] | undefined;

/** The place of a line and a column, both from 1 on. */
function positionOf({ line, column }: SourceLocation, { body }: Source): number {
  const lines = body.split(/\r\n|[\n\r]/g);
  const ends = body.match(/\r\n|[\n\r]/g) ?? [];
  let position = column - 1;
  for (let at = 0; at < line - 1; at += 1) position += (lines[at]?.length ?? 0) + (ends[at]?.length ?? 0);
  return position;
}

/** The compiler's errors lack parts of those of graphql-js that others rely on. */
function withErrorsOf({ loc }: DocumentNode, result: ExecutionResult): ExecutionResult {
  if (result.errors === undefined) return result;
  const errors = result.errors.map(({ message, locations = [], path, originalError }) => {
    const place = loc && { source: loc.source, positions: locations.map((one) => positionOf(one, loc.source)) };
    return new GraphQLError(message, { ...place, path, originalError });
  });
  return { ...result, errors };
}

/**
 * Executes queries and mutations: those that come again and again by code that is compiled for them once (graphql-jit),
 * others, and what the compiler cannot do, by graphql-js. The answers are the same.
 */
export class Executor {
  readonly #schema: GraphQLSchema;
  /** By document, then by the name of the operation. */
  readonly #compiled = new LRUCache<DocumentNode, Map<string, Compiled>>({ max: mostCompiled });
  readonly #uses = new WeakMap<DocumentNode, number>();
  readonly #from: number;

  /** @param compileFrom the execution of a document from which on it is compiled */
  constructor(schema: GraphQLSchema, { compileFrom = worthCompiling }: { compileFrom?: number } = {}) {
    this.#schema = schema;
    this.#from = compileFrom;
  }

  execute(args: ExecutionArgs): ExecutionResult | Promise<ExecutionResult> {
    const query = this.#compiledOf(args.document, args.operationName ?? '');
    if (query === undefined) return execute(args);
    const result = query(args.rootValue, args.contextValue, args.variableValues ?? {}) as
      | ExecutionResult
      | Promise<ExecutionResult>;
    if ('then' in result) return result.then((settled) => withErrorsOf(args.document, settled));
    // Without data nothing was executed: the variables are wrong, and graphql-js says so best.
    return 'data' in result ? withErrorsOf(args.document, result) : execute(args);
  }

  #compiledOf(document: DocumentNode, operationName: string): Compiled {
    const known = this.#compiled.get(document);
    if (known?.has(operationName)) return known.get(operationName);
    const uses = (this.#uses.get(document) ?? 0) + 1;
    this.#uses.set(document, uses);
    if (uses < this.#from) return undefined;
    const compiled = this.#compile(document, operationName);
    this.#compiled.set(document, (known ?? new Map<string, Compiled>()).set(operationName, compiled));
    return compiled;
  }

  #compile(document: DocumentNode, operationName: string): Compiled {
    // It would say that a name is wrong in its own words.
    const operations = document.definitions.filter((definition) => definition.kind === 'OperationDefinition');
    const operation =
      operationName === '' && operations.length === 1
        ? operations[0]
        : operations.find(({ name }) => name?.value === operationName);
    if (operation === undefined || operation.operation === OperationTypeNode.SUBSCRIPTION) return undefined;
    const compiled = compileQuery(this.#schema, document, operationName === '' ? undefined : operationName);
    return isCompiledQuery(compiled) ? compiled.query : undefined;
  }
}
