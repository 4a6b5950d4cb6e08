import { setTimeout as delay } from 'node:timers/promises';
import { type Context, type Span as OtelSpan, ROOT_CONTEXT, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { type ExportResult, ExportResultCode, W3CTraceContextPropagator } from '@opentelemetry/core';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { defaultResource, resourceFromAttributes } from '@opentelemetry/resources';
import { BasicTracerProvider, BatchSpanProcessor, type SpanExporter } from '@opentelemetry/sdk-trace-base';
import type { Logger } from '../log.ts';
import type { Span, SpanOptions, Tracing, TracingOptions } from './tracing.ts';

const kinds = { server: SpanKind.SERVER, internal: SpanKind.INTERNAL, client: SpanKind.CLIENT } as const;

/** Milliseconds that the last spans have when the service ends. */
const farewell = 2_000;

/** How headers are read for the trace that a request belongs to. */
const fromHeaders = {
  get: (headers: Record<string, string | string[] | undefined>, name: string) => headers[name],
  keys: (headers: object) => Object.keys(headers),
};

/** Says once when spans are lost, and once when they are not any more. */
function tellingExporter(inner: SpanExporter, logger: Logger): SpanExporter {
  let isLost = false;
  return {
    export: (spans, done) =>
      inner.export(spans, (result: ExportResult) => {
        const fails = result.code !== ExportResultCode.SUCCESS;
        if (fails && !isLost) logger.warn({ reason: result.error?.message }, 'traces cannot be sent, and are lost');
        if (!fails && isLost) logger.info('traces are sent again');
        isLost = fails;
        done(result);
      }),
    shutdown: () => inner.shutdown(),
  };
}

/**
 * Traces by the SDK of OpenTelemetry, over OTLP and HTTP. Nothing is registered globally, and nothing of others is patched.
 * Its own variables (OTEL_EXPORTER_OTLP_HEADERS, OTEL_TRACES_SAMPLER, OTEL_BSP_*) hold as the SDK reads them.
 */
export function startOpenTelemetry(options: TracingOptions & { traceEndpoint: string }): Tracing {
  const { traceEndpoint, serviceName, logger } = options;
  const exporter = new OTLPTraceExporter({ url: `${traceEndpoint.replace(/\/+$/, '')}/v1/traces` });
  const provider = new BasicTracerProvider({
    resource: defaultResource().merge(resourceFromAttributes({ 'service.name': serviceName })),
    spanProcessors: [new BatchSpanProcessor(tellingExporter(exporter, logger))],
  });
  const tracer = provider.getTracer('activity-log');
  const contexts = new AsyncLocalStorageContextManager().enable();
  const propagator = new W3CTraceContextPropagator();

  const start = ({ name, kind, attributes }: SpanOptions, parent: Context): OtelSpan =>
    tracer.startSpan(name, { kind: kinds[kind], attributes }, parent);

  function fail(span: OtelSpan, reason: string): void {
    span.setAttribute('error.type', reason);
    span.setStatus({ code: SpanStatusCode.ERROR });
  }

  return {
    inSpan<T>(options: SpanOptions, work: (span: Span) => T): T {
      const parent =
        options.headers === undefined
          ? contexts.active()
          : propagator.extract(ROOT_CONTEXT, options.headers, fromHeaders);
      const span = start(options, parent);
      const ours: Span = {
        traceId: span.spanContext().traceId,
        set: (name, value) => void span.setAttribute(name, value),
        fail: (reason) => fail(span, reason),
      };
      const failed = (error: unknown): never => {
        fail(span, reasonOf(error));
        span.end();
        throw error;
      };
      let result: T;
      try {
        result = contexts.with(trace.setSpan(parent, span), () => work(ours));
      } catch (error) {
        return failed(error);
      }
      if (result instanceof Promise)
        return result.then((value: unknown) => {
          span.end();
          return value;
        }, failed) as T;
      span.end();
      return result;
    },
    begin(options) {
      const parent = contexts.active();
      if (trace.getSpan(parent)?.isRecording() !== true) return () => {};
      const span = start(options, parent);
      return (error) => {
        if (error !== undefined) fail(span, reasonOf(error));
        span.end();
      };
    },
    async close() {
      const done = new AbortController();
      const late = delay(farewell, undefined, { signal: done.signal }).catch(() => undefined);
      await Promise.race([provider.shutdown().catch(() => undefined), late]);
      done.abort();
      contexts.disable();
    },
  };
}

/** The code of an error, or its kind; never its message, which may repeat what somebody sent. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown';
  return 'code' in error && typeof error.code === 'string' ? error.code : error.name;
}
