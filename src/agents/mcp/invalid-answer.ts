import type { JSONRPCMessage } from '@modelcontextprotocol/sdk/types.js';
import { fields } from './fields.ts';

/** Reads the text of a message. @throws where it is none. */
export type ReadMessage = (text: string) => JSONRPCMessage;

const invalidAnswer = 'the answer of the tool server is not valid JSON-RPC';
/** Of an answer that does not say that it is JSON-RPC. */
const answerKeys: ReadonlySet<string> = new Set(['id', 'result', 'error']);

/**
 * The error that a request gets for an answer that cannot be read as one; undefined for a text that answers none. The
 * library passes what it cannot read over, and whoever made the call would wait until the end of the run.
 */
export function errorInPlaceOf(text: string): JSONRPCMessage | undefined {
  const message = fields(parsed(text));
  const { id } = message;
  if (typeof id !== 'string' && typeof id !== 'number') return undefined;
  const answers = 'result' in message || 'error' in message;
  // What a server asks has an id as well, of a count of its own, and so may a log line that is JSON, of an error too.
  const isAnswer =
    'jsonrpc' in message
      ? answers || !('method' in message)
      : answers && Object.keys(message).every((key) => answerKeys.has(key));
  if (!isAnswer) return undefined;
  return { jsonrpc: '2.0', id, error: { code: -32_700, message: invalidAnswer } };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
