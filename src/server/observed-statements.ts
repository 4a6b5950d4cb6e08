import type { Metrics } from '../metrics.ts';
import type { StatementObserver } from '../storage/database.ts';
import type { Tracing } from '../tracing/tracing.ts';

/** Characters of a statement in a trace. */
const longestText = 4_000;

const ignore = () => {};

/** The word that a statement begins with, by which it is told apart. */
const verbOf = (text: string): string => /[A-Za-z]+/.exec(text)?.[0].toUpperCase() ?? 'SQL';

/** Measures SQL statements, and traces them where traces are collected: their text, which has $1 where a value stands. */
export function observeStatements(metrics: Metrics, tracing: Tracing | undefined): StatementObserver {
  const begin = (pool: string, text: string): ((error?: unknown) => void) => {
    if (tracing === undefined) return ignore;
    const verb = verbOf(text);
    const attributes = {
      'db.system.name': 'postgresql',
      'db.operation.name': verb,
      'db.query.text': text.slice(0, longestText),
      'activity_log.pool': pool,
    };
    return tracing.begin({ name: verb, kind: 'client', attributes });
  };
  return (pool, text) => {
    const began = performance.now();
    const endSpan = begin(pool, text);
    return (error) => {
      metrics.statements.observe({ pool }, (performance.now() - began) / 1_000);
      if (error !== undefined) metrics.statementFailures.inc({ pool });
      endSpan(error);
    };
  };
}
