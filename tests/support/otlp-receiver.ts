// Reads the spans out of what was posted as OTLP/JSON.
// Source: https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding
import { z } from 'zod';
import type { RecordedRequest } from './recording-server.ts';

const attribute = z.object({ key: z.string(), value: z.record(z.string(), z.unknown()) });

const request = z.object({
  resourceSpans: z.array(
    z.object({
      resource: z.object({ attributes: z.array(attribute) }),
      scopeSpans: z.array(
        z.object({
          spans: z.array(
            z.object({
              traceId: z.string().regex(/^[0-9a-f]{32}$/),
              spanId: z.string().regex(/^[0-9a-f]{16}$/),
              parentSpanId: z.string().optional(),
              name: z.string(),
              kind: z.number(),
              startTimeUnixNano: z.string(),
              endTimeUnixNano: z.string(),
              attributes: z.array(attribute),
              status: z.object({ code: z.number(), message: z.string().optional() }),
            }),
          ),
        }),
      ),
    }),
  ),
});

export interface ReceivedSpan {
  readonly name: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly parent: string | undefined;
  /** 1 internal, 2 server, 3 client, 5 consumer. */
  readonly kind: number;
  /** Milliseconds. */
  readonly took: number;
  readonly error: string | undefined;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly service: unknown;
}

/** All spans of these requests, in the order in which they came. */
export function receivedSpans(requests: readonly RecordedRequest[]): readonly ReceivedSpan[] {
  return requests.flatMap(({ body }) =>
    request.parse(JSON.parse(body)).resourceSpans.flatMap(({ resource, scopeSpans }) =>
      scopeSpans
        .flatMap(({ spans }) => spans)
        .map((span) => ({
          name: span.name,
          traceId: span.traceId,
          spanId: span.spanId,
          parent: span.parentSpanId,
          kind: span.kind,
          took: Number((BigInt(span.endTimeUnixNano) - BigInt(span.startTimeUnixNano)) / 1_000n) / 1_000,
          error: span.status.code === 2 ? (span.status.message ?? '') : undefined,
          attributes: plain(span.attributes),
          service: plain(resource.attributes)['service.name'],
        })),
    ),
  );
}

function plain(attributes: readonly z.infer<typeof attribute>[]): Readonly<Record<string, unknown>> {
  return Object.fromEntries(attributes.map(({ key, value }) => [key, Object.values(value)[0]]));
}

/** The one span of this name. */
export function spanNamed(spans: readonly ReceivedSpan[], name: string): ReceivedSpan {
  const found = spans.filter((span) => span.name === name);
  const [first] = found;
  if (first === undefined || found.length > 1) {
    throw new Error(`${found.length} spans "${name}" among ${spans.map((span) => span.name).join(', ')}`);
  }
  return first;
}
