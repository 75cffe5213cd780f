// Spans: how long each part of a task's way took, and what started it. The adapter behind this port is loaded only
// where the file asks for tracing; everywhere else a span is one shared object that does nothing.
import { errorMessage } from './failure.ts';

/** `server`: a request that came in; `client`: one that went out; `consumer`: work that was taken from the journal. */
export type SpanKind = 'server' | 'client' | 'consumer' | 'internal';

/** Names as in OpenTelemetry's semantic conventions, or under `callboard.`. Undefined values are left out. */
export type SpanAttributes = Readonly<Record<string, string | number | boolean | undefined>>;

export interface SpanOptions {
  /** Default: `internal`. */
  readonly kind?: SpanKind;
  /** The `traceparent` of the span that started it; without one, or with one that cannot be read, it is the root of a trace. */
  readonly parent?: string | undefined;
  readonly attributes?: SpanAttributes;
}

/** One part of the way. Ended once; until then it is in no trace. */
export interface Span {
  /** What rows and headers carry (W3C Trace Context, version 00); undefined where nothing is traced. */
  readonly traceparent: string | undefined;
  set(attributes: SpanAttributes): void;
  /** Ends it now, as failed where there is an `error`. Only the first call counts. */
  end(error?: string): void;
}

export interface Tracer {
  start(name: string, options?: SpanOptions): Span;
}

/** A span of nothing. */
export const noSpan: Span = { traceparent: undefined, set() {}, end() {} };

/** Traces nothing. */
export const noTracer: Tracer = { start: () => noSpan };

/** Does `work` inside a span, which ends as it does. */
export async function inSpan<Result>(span: Span, work: (span: Span) => Promise<Result>): Promise<Result> {
  try {
    const result = await work(span);
    span.end();
    return result;
  } catch (thrown) {
    span.end(errorMessage(thrown));
    throw thrown;
  }
}
