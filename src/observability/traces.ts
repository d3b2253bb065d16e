import { AsyncLocalStorage } from 'node:async_hooks';
import {
  isSpanContextValid,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  trace,
  type Context,
  type Span,
  type SpanContext,
} from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import {
  BatchSpanProcessor,
  ParentBasedSampler,
  TraceIdRatioBasedSampler,
  TracerProvider,
  type ReadableSpan,
} from '@opentelemetry/sdk-trace';
import { cut, type OperationRecord } from '../graphql/operation-record.ts';
import { labelsOf } from './api-metrics.ts';

interface TracingOptions {
  /** URL of an OTLP receiver, without `/v1/traces`. */
  readonly endpoint: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Share of the traces that begin here and are sent, from 0 to 1. */
  readonly sample: number;
  readonly version: string;
  /** Called with the reason when spans could not be sent. */
  readonly onFailure: (error: unknown) => void;
}

const EXPORT_TIMEOUT_MS = 5_000;
/** `traceparent` of version 00; https://www.w3.org/TR/trace-context/#traceparent-header. */
const TRACEPARENT = /^00-(?<traceId>[\da-f]{32})-(?<spanId>[\da-f]{16})-(?<flags>[\da-f]{2})$/u;

/**
 * Spans of operations, of the access reviews and of the requests to the API server that they cause, sent with OTLP over HTTP. The spans
 * that wait to be sent are bounded; further ones are dropped. They contain names and codes, no variables, tokens or headers.
 */
export class Tracing implements AsyncDisposable {
  readonly #provider: TracerProvider;
  /** The span whose work is in progress. */
  readonly #active = new AsyncLocalStorage<Span>();
  readonly #operations = new WeakMap<OperationRecord, Span>();

  constructor(options: TracingOptions) {
    this.#provider = new TracerProvider({
      resource: resourceFromAttributes({
        'service.name': 'workspaces-gateway',
        'service.version': options.version,
      }),
      sampler: new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(options.sample) }),
      spanProcessors: [new BatchSpanProcessor({ exporter: exporterOf(options) })],
    });
  }

  get #tracer() {
    return this.#provider.getTracer('workspaces-gateway');
  }

  /** Starts the span of a request or operation, as the child of the client's if its `traceparent` is valid. */
  readonly begin = (record: OperationRecord, traceparent: string | undefined): void => {
    const attributes = { 'gateway.request_id': record.requestId, 'gateway.transport': record.transport };
    const options = { kind: SpanKind.SERVER, attributes };
    const span = this.#tracer.startSpan('operation', options, remoteContextOf(traceparent));
    this.#operations.set(record, span);
    record.within = (work) => this.#active.run(span, work);
  };

  readonly end = (record: OperationRecord): void => {
    const span = this.#operations.get(record);
    if (!span) return;
    const { type, operationName, viewer, codes, status } = record;
    if (type !== undefined) span.updateName(operationName === '' ? type : `${type} ${operationName}`);
    span.setAttributes({
      'graphql.operation.type': type,
      'graphql.operation.name': operationName || undefined,
      'gateway.viewer': viewer === undefined ? undefined : cut(viewer),
      'gateway.codes': codes.length > 0 ? [...codes] : undefined,
      'http.response.status_code': status,
    });
    if (codes.length > 0) span.setStatus({ code: SpanStatusCode.ERROR, message: codes.join() });
    span.end();
  };

  /** Returns a function that runs an access review within a span of its own. The parent is the work that calls this. */
  readonly review = (attributes: {
    readonly verb: string;
    readonly resource: string;
  }): (<R>(work: () => Promise<R>) => Promise<R>) => {
    const span = this.#child('access review', SpanKind.INTERNAL, {
      'k8s.verb': attributes.verb,
      'k8s.resource': attributes.resource,
    });
    if (!span) return (work) => work();
    return async (work) => {
      try {
        return await this.#active.run(span, work);
      } catch (error) {
        span.setStatus({ code: SpanStatusCode.ERROR });
        throw error;
      } finally {
        span.end();
      }
    };
  };

  /** Starts the span of a request to the API server. Undefined if no operation causes it, such as for watches. */
  readonly request = (
    method: string,
    path: string,
  ): { readonly traceparent: string; readonly end: (status: number | undefined) => void } | undefined => {
    const { verb, resource } = labelsOf(method, path);
    const attributes = { 'http.request.method': method, 'k8s.verb': verb, 'k8s.resource': resource };
    const span = this.#child(`${verb} ${resource}`, SpanKind.CLIENT, attributes);
    if (!span) return undefined;
    return {
      traceparent: traceparentOf(span.spanContext()),
      end: (status) => {
        if (status !== undefined) span.setAttribute('http.response.status_code', status);
        if (status === undefined || status >= 400) span.setStatus({ code: SpanStatusCode.ERROR });
        span.end();
      },
    };
  };

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#provider.shutdown().catch(() => undefined); // failures have been reported
  }

  /** Returns undefined if no span is active, or it has ended: an informer that an operation has started outlives it. */
  #child(name: string, kind: SpanKind, attributes: Readonly<Record<string, string>>): Span | undefined {
    const parent = this.#active.getStore();
    if (!parent?.isRecording()) return undefined;
    return this.#tracer.startSpan(name, { kind, attributes }, trace.setSpan(ROOT_CONTEXT, parent));
  }
}

function exporterOf({ endpoint, headers, onFailure }: TracingOptions) {
  const url = `${endpoint}/v1/traces`;
  const exporter = new OTLPTraceExporter({ url, headers: { ...headers }, timeoutMillis: EXPORT_TIMEOUT_MS });
  return {
    export: (spans: ReadableSpan[], done: Parameters<OTLPTraceExporter['export']>[1]) =>
      exporter.export(spans, (result) => {
        // oxlint-disable-next-line typescript/no-unsafe-enum-comparison -- SUCCESS; the enum's package is no dependency of ours
        if (result.code !== 0) onFailure(result.error);
        done(result);
      }),
    forceFlush: () => exporter.forceFlush(),
    shutdown: () => exporter.shutdown(),
  };
}

function remoteContextOf(traceparent: string | undefined): Context {
  const { traceId = '', spanId = '', flags = '' } = TRACEPARENT.exec(traceparent ?? '')?.groups ?? {};
  const context = { traceId, spanId, traceFlags: Number.parseInt(flags, 16) & 1, isRemote: true };
  return isSpanContextValid(context) ? trace.setSpanContext(ROOT_CONTEXT, context) : ROOT_CONTEXT;
}

function traceparentOf({ traceId, spanId, traceFlags }: SpanContext): string {
  return `00-${traceId}-${spanId}-${traceFlags.toString(16).padStart(2, '0')}`;
}
