import type { AnswerWatch } from './answer-watch.ts';
import { rewriteEvents } from './rewrite-events.ts';

type Bytes = Uint8Array<ArrayBuffer>;

/** Passes the body of an answer on, chunk by chunk. */
export interface Passing {
  chunk(chunk: Bytes): Bytes;
  /** What is still to come at the end of the body, or where it is cut off. */
  end(): Bytes;
}

const encoder = new TextEncoder();

/** The event of a message. */
export const eventOf = (message: string): Bytes => encoder.encode(`data: ${message}\n\n`);

/** A body that is not looked at: a refusal, for example. */
export const asItIs: Passing = { chunk: (chunk) => chunk, end: () => new Uint8Array() };

/** A stream of events. `onResumable` hears of the last event of one that ends without the answer but can be resumed. */
export function eventsPassing(watch: AnswerWatch, onResumable: (lastEvent: string) => void): Passing {
  let lastEvent = '';
  const chunk = rewriteEvents(({ data, name, id }) => {
    if (id !== '') lastEvent = id;
    // The library reads no others.
    return name === 'message' ? watch.inPlaceOf(data) : undefined;
  });
  const end = () => {
    const { missing } = watch;
    if (missing === undefined) return new Uint8Array();
    if (lastEvent === '') return eventOf(missing);
    // The library asks for the rest of a stream whose events have ids.
    onResumable(lastEvent);
    return new Uint8Array();
  };
  return { chunk, end };
}

/** One message as JSON, or a list of them. */
export function jsonPassing(watch: AnswerWatch): Passing {
  const chunks: Bytes[] = [];
  return {
    chunk: (chunk) => {
      chunks.push(chunk);
      return new Uint8Array();
    },
    end: () => {
      // Not by the buffer itself, which would keep a byte order mark.
      const text = new TextDecoder().decode(Buffer.concat(chunks));
      const list = text.trimStart().startsWith('[') ? listOf(text) : undefined;
      if (list !== undefined) return encoder.encode(listPassing(list, watch));
      // First, since it tells the watch of an answer.
      const instead = watch.inPlaceOf(text);
      return encoder.encode(watch.missing ?? instead ?? text);
    },
  };
}

/** The list as JSON, with the answer that it lacks. */
function listPassing(list: readonly unknown[], watch: AnswerWatch): string {
  const messages = list.map((message) => {
    const text = JSON.stringify(message);
    return watch.inPlaceOf(text) ?? text;
  });
  const { missing } = watch;
  return `[${[...messages, ...(missing === undefined ? [] : [missing])].join(',')}]`;
}

function listOf(text: string): readonly unknown[] | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
