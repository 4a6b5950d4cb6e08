import type { IncomingHttpHeaders } from 'node:http';
import type { Logger } from '../log.ts';

export interface SpanOptions {
  name: string;
  kind: 'server' | 'internal' | 'client';
  /** Never what a caller has sent as data: no variables, payloads or tokens. */
  attributes: Record<string, string | number>;
  /** Of a request, whose trace (`traceparent`) is gone on with. */
  headers?: IncomingHttpHeaders;
}

export interface Span {
  readonly traceId: string;
  set(name: string, value: string | number): void;
  /** @param reason a word for what kind of error it was */
  fail(reason: string): void;
}

/** Traces that somebody collects. Where nobody does there is none of this, and nothing of it is loaded. */
export interface Tracing {
  /** Runs work in a span that ends with it; those that are begun meanwhile are its children. */
  inSpan<T>(options: SpanOptions, work: (span: Span) => T): T;
  /**
   * Begins a span of a call to somebody else, as a child of the one that goes on; outside of any it does nothing: what the
   * service does by itself is in no trace. @returns what ends it, with the error where there is one
   */
  begin(options: SpanOptions): (error?: unknown) => void;
  /** Sends what is left, for two seconds at most. */
  close(): Promise<void>;
}

export interface TracingOptions {
  /** The base URL of the collector; undefined for no traces. */
  traceEndpoint: string | undefined;
  serviceName: string;
  logger: Logger;
}

/** Starts to collect traces, where they are sent anywhere. */
export async function openTracing({ traceEndpoint, ...options }: TracingOptions): Promise<Tracing | undefined> {
  if (traceEndpoint === undefined) return undefined;
  const { startOpenTelemetry } = await import('./open-telemetry.ts');
  return startOpenTelemetry({ ...options, traceEndpoint });
}
