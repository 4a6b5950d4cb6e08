import { type DocumentNode, type ExecutionResult, getOperationAST } from 'graphql';
import type { Metrics } from '../metrics.ts';
import type { Tracing } from '../tracing/tracing.ts';

export interface ObservedOperationsOptions {
  metrics: Metrics;
  tracing: Tracing | undefined;
}

/** Characters of an operation's name in a trace. */
const longestName = 100;

/** True for a result that says that something went wrong. */
const hasErrors = (result: unknown): boolean => (result as ExecutionResult | undefined)?.errors !== undefined;

/** Measures the operations of all transports, and traces them where traces are collected. */
export class ObservedOperations {
  readonly #metrics: Metrics;
  readonly #tracing: Tracing | undefined;

  constructor({ metrics, tracing }: ObservedOperationsOptions) {
    this.#metrics = metrics;
    this.#tracing = tracing;
  }

  /** @param work of which the result, or what it resolves with, may be one with errors */
  run<T>(document: DocumentNode, name: string | null | undefined, work: () => T): T {
    const operation = getOperationAST(document, name);
    const type = operation?.operation ?? 'none';
    const tracing = this.#tracing;
    if (tracing === undefined) return this.#measured(type, work);
    const attributes: Record<string, string> = { 'graphql.operation.type': type };
    const own = operation?.name?.value.slice(0, longestName);
    if (own !== undefined) attributes['graphql.operation.name'] = own;
    return tracing.inSpan({ name: `GraphQL ${type}`, kind: 'internal', attributes }, (span) => {
      const tell = <R>(result: R): R => {
        if (hasErrors(result)) span.fail('errors');
        return result;
      };
      const result = this.#measured(type, work);
      return result instanceof Promise ? (result.then(tell) as T) : tell(result);
    });
  }

  #measured<T>(type: string, work: () => T): T {
    const began = performance.now();
    const end = () => this.#metrics.operations.observe({ type }, (performance.now() - began) / 1_000);
    const result = work();
    if (result instanceof Promise) {
      result.then(end, end);
      return result;
    }
    end();
    return result;
  }
}
