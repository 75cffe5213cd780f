// The exchanges of one session with a tool server over HTTP. An answer may take as long as the run has; but that of a
// call that was cancelled is let go, since a server need not end it and some leave it open for as long as they live.
import type { FetchLike } from '@modelcontextprotocol/sdk/shared/transport.js';
import { patientFetch } from '../patient-fetch.ts';
import { AnswerWatch } from './answer-watch.ts';
import { byteCounter } from './byte-counter.ts';
import { fields } from './fields.ts';
import type { ReadMessage } from './invalid-answer.ts';
import { asItIs, eventOf, eventsPassing, jsonPassing, type Passing } from './passing.ts';
import { Resumptions } from './resumptions.ts';
import { messageLimit } from './stdio-transport.ts';

/** The fetch of one session, whose messages are read by `read`. */
export function sessionFetch(read: ReadMessage): FetchLike {
  /** By the ids of the requests that they answer. */
  const exchanges = new Map<unknown, AbortController>();
  const resumptions = new Resumptions();
  return async (url, init = {}) => {
    const message = fields(typeof init.body === 'string' ? JSON.parse(init.body) : undefined);
    if (message.method === 'notifications/cancelled') {
      exchanges.get(fields(message.params).requestId)?.abort(new LetGo());
    }
    const { signal: session } = init;
    const exchange = new AbortController();
    const onAbort = () => exchange.abort(session?.reason);
    if (session?.aborted) onAbort();
    session?.addEventListener('abort', onAbort, { once: true });
    const lastEvent = new Headers(init.headers).get('last-event-id') ?? '';
    const resumed = resumptions.requestAfter(lastEvent);
    const isResumed = resumed !== undefined;
    const request = message.method === undefined ? resumed : message.id;
    const isRequest = request !== undefined;
    if (isRequest) exchanges.set(request, exchange);
    const end = () => {
      session?.removeEventListener('abort', onAbort);
      if (isRequest) exchanges.delete(request);
    };
    const watch = new AnswerWatch(request, read);
    try {
      const answer = await patientFetch(url, { ...init, signal: exchange.signal });
      const { status, statusText, headers, body } = answer;
      if (body === null) end();
      const isRefused = isResumed && (status >= 400 || status === 202 || body === null);
      if (isRefused && resumptions.isLost(lastEvent, status)) {
        end();
        await body?.cancel();
        return lost(watch);
      }
      if (isResumed && answer.ok) resumptions.found(lastEvent);
      // The library takes the rest of a stream for one whatever its type.
      const isStream =
        isResumed || headers.get('content-type')?.toLowerCase().startsWith('text/event-stream') === true;
      // Taken, and not to be answered: that is for notifications.
      if (isRequest && status === 202) {
        end();
        await body?.cancel();
        return new Response(watch.missing, { headers: { 'content-type': 'application/json' } });
      }
      const looked = isStream
        ? eventsPassing(watch, (last) => resumptions.add(last, request))
        : jsonPassing(watch);
      const passing = answer.ok && (isStream || isRequest) ? looked : asItIs;
      const instead = isRequest && isStream ? refusalOf(request) : undefined;
      const passedOn =
        body === null
          ? null
          : passOn(body.getReader(), { isStream, passing, instead, end, signal: exchange.signal });
      return new Response(passedOn, { status, statusText, headers: [...headers] });
    } catch (thrown) {
      end();
      if (isResumed && !exchange.signal.aborted && resumptions.isLost(lastEvent, undefined))
        return lost(watch);
      throw thrown;
    }
  };
}

/** In place of the rest of a stream that the server does not have. */
function lost({ missing }: AnswerWatch): Response {
  // Not closed: the library would ask for the rest again.
  const body = new ReadableStream<Uint8Array<ArrayBuffer>>({
    start: (controller) => {
      if (missing !== undefined) controller.enqueue(eventOf(missing));
    },
  });
  return new Response(body, { headers: { 'content-type': 'text/event-stream' } });
}

class LetGo extends Error {}

const tooLong = `the tool server sent an answer of more than ${messageLimit / 2 ** 20} MiB`;

/** The event that answers a request whose own answer is too long: at the end of its stream alone the library would wait on. */
function refusalOf(id: unknown): Uint8Array<ArrayBuffer> {
  return eventOf(JSON.stringify({ jsonrpc: '2.0', id, error: { code: -32_000, message: tooLong } }));
}

/** For a stream that is over: at its end the library would ask a server that can resume for the rest. */
const leftOpen = () => new Promise<void>(() => {});

interface Reader {
  read(): Promise<{ done: boolean; value?: Uint8Array<ArrayBuffer> | undefined }>;
  cancel(reason: unknown): Promise<void>;
}

/**
 * The body of an answer, or a stream of them; calls `end` when that is over. In place of the rest of one that is too long
 * stands `instead`, or an error.
 */
function passOn(
  reader: Reader,
  {
    isStream,
    passing,
    instead,
    end,
    signal,
  }: {
    readonly isStream: boolean;
    readonly passing: Passing;
    readonly instead: Uint8Array<ArrayBuffer> | undefined;
    readonly end: () => void;
    readonly signal: AbortSignal;
  },
): ReadableStream<Uint8Array<ArrayBuffer>> {
  const bytesAfter = byteCounter(isStream);
  return new ReadableStream({
    pull: async (controller) => {
      try {
        let { value } = await reader.read();
        while (value !== undefined && bytesAfter(value) <= messageLimit) {
          const passed = passing.chunk(value);
          if (passed.length > 0) return controller.enqueue(passed);
          // Nobody would ask again after an answer of nothing.
          ({ value } = await reader.read());
        }
        end();
        if (value === undefined) {
          const rest = passing.end();
          controller.enqueue(rest);
          if (isStream && rest.length > 0) return await leftOpen();
          return controller.close();
        }
        await reader.cancel(tooLong);
        if (instead === undefined) return controller.error(new Error(tooLong));
        controller.enqueue(instead);
        await leftOpen();
      } catch (thrown) {
        end();
        // The library would ask for the rest of an answer that ends early. Nobody reads on in one that was let go.
        if (signal.reason instanceof LetGo) return;
        const rest = isStream && !signal.aborted ? passing.end() : new Uint8Array();
        if (rest.length === 0) return controller.error(thrown);
        controller.enqueue(rest);
        await leftOpen();
      }
    },
    cancel: async (reason) => {
      end();
      await reader.cancel(reason);
    },
  });
}
