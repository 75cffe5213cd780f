// The tracer of a file that asks for one: OpenTelemetry's SDK, sending OTLP over HTTP. Loaded only then. Nothing is
// registered globally: libraries that look for a global tracer find none.
import {
  type Context,
  isSpanContextValid,
  SpanKind as OtelKind,
  ROOT_CONTEXT,
  SpanStatusCode,
  trace,
} from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import {
  defaultResource,
  detectResources,
  envDetector,
  resourceFromAttributes,
} from '@opentelemetry/resources';
import { BasicTracerProvider, BatchSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { type Clock, sleep } from '../core/clock.ts';
import type { Log } from '../core/log.ts';
import type { Random } from '../core/random.ts';
import type { Redactor } from '../core/redact.ts';
import type { Span, SpanAttributes, SpanKind, Tracer } from '../core/trace.ts';
import { version } from '../core/version.ts';
import { otlpTarget } from './otlp-target.ts';
import { TellingExporter } from './telling-exporter.ts';

/** Milliseconds between two requests to the receiver. */
const exportInterval = 1_000;
/** Milliseconds that one request to the receiver may take, its own tries included. */
const exportTimeout = 5_000;
/** Milliseconds that a stop waits for what has not been sent yet. */
const flushTimeout = 3_000;
/** Characters of one attribute, and of an error. */
const longestText = 1_000;

const kinds: Readonly<Record<SpanKind, OtelKind>> = {
  server: OtelKind.SERVER,
  client: OtelKind.CLIENT,
  consumer: OtelKind.CONSUMER,
  internal: OtelKind.INTERNAL,
};

export interface TracingOptions {
  /** The receiver: its base (`http://localhost:4318`), or the whole address ending in `/v1/traces`. */
  readonly endpoint: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly redactor: Redactor;
}

export interface Tracing extends Tracer {
  /** Resolves when what has ended until now was sent, or could not be. */
  flush(): Promise<void>;
  /** Sends what has not been sent, for at most three seconds, and sends nothing after that. */
  close(): Promise<void>;
}

/**
 * Starts tracing. Spans are sent in the background, in batches; with a receiver that is down they are dropped, and the
 * log says so once. `OTEL_SERVICE_NAME`, `OTEL_RESOURCE_ATTRIBUTES` and `OTEL_EXPORTER_OTLP_HEADERS` are heeded.
 */
export function startTracing({ endpoint, clock, random, log, redactor }: TracingOptions): Tracing {
  const target = otlpTarget(endpoint);
  const own = resourceFromAttributes({ 'service.name': 'callboard', 'service.version': version });
  const exporter = new OTLPTraceExporter({ ...target, timeoutMillis: exportTimeout });
  const provider = new BasicTracerProvider({
    resource: defaultResource()
      .merge(own)
      .merge(detectResources({ detectors: [envDetector] })),
    spanProcessors: [
      new BatchSpanProcessor(
        new TellingExporter(exporter, { to: new URL(target.url).origin, log, redactor }),
        { scheduledDelayMillis: exportInterval },
      ),
    ],
    spanLimits: { attributeValueLengthLimit: longestText },
    idGenerator: {
      generateTraceId: () => Buffer.from(random.bytes(16)).toString('hex'),
      generateSpanId: () => Buffer.from(random.bytes(8)).toString('hex'),
    },
  });
  const tracer = provider.getTracer('callboard', version);
  const plain = (attributes: SpanAttributes) =>
    Object.fromEntries(
      Object.entries(attributes)
        .filter(([, value]) => value !== undefined)
        .map(([name, value]) => [name, typeof value === 'string' ? redactor.text(value) : value]),
    );

  return {
    start(name, { kind = 'internal', parent, attributes = {} } = {}): Span {
      const startTime = clock.now();
      const startedAt = clock.monotonic();
      const span = tracer.startSpan(
        redactor.text(name),
        { kind: kinds[kind], attributes: plain(attributes), startTime },
        contextOf(parent),
      );
      const { traceId, spanId, traceFlags } = span.spanContext();
      return {
        traceparent: `00-${traceId}-${spanId}-${traceFlags.toString(16).padStart(2, '0')}`,
        set: (more) => void span.setAttributes(plain(more)),
        end(error) {
          if (!span.isRecording()) return;
          if (error !== undefined) {
            const message = redactor.text(error).slice(0, longestText);
            span.setStatus({ code: SpanStatusCode.ERROR, message });
          }
          // By the steady clock: the wall clock may be set meanwhile.
          span.end(startTime + clock.monotonic() - startedAt);
        },
      };
    },
    flush: () => provider.forceFlush().catch(() => {}),
    async close() {
      const waiting = new AbortController();
      await Promise.race([
        provider.shutdown().catch(() => {}),
        sleep(clock, flushTimeout, waiting.signal).catch(() => {}),
      ]);
      waiting.abort();
    },
  };
}

/** Source: https://www.w3.org/TR/trace-context/#traceparent-header; later versions begin as this one does. */
function contextOf(traceparent: string | undefined): Context {
  const match = /^(?!ff)[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(?:$|-)/.exec(
    traceparent?.trim() ?? '',
  );
  const [, traceId = '', spanId = '', flags = ''] = match ?? [];
  const context = { traceId, spanId, traceFlags: Number.parseInt(flags, 16) & 1, isRemote: true };
  return isSpanContextValid(context) ? trace.setSpanContext(ROOT_CONTEXT, context) : ROOT_CONTEXT;
}
