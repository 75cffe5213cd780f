import type { JSONRPCMessage } from '@modelcontextprotocol/sdk/types.js';
import { fields } from './fields.ts';

/** Reads the text of a message. @throws where it is none. */
export type ReadMessage = (text: string) => JSONRPCMessage;

const invalidAnswer = 'the answer of the tool server is not valid JSON-RPC';

/**
 * The error that a request gets for an answer that cannot be read as one; undefined for a text that answers none. The
 * library passes what it cannot read over, and whoever made the call would wait until the end of the run.
 */
export function errorInPlaceOf(text: string): JSONRPCMessage | undefined {
  const message = fields(parsed(text));
  const { id } = message;
  if (typeof id !== 'string' && typeof id !== 'number') return undefined;
  // What a server asks has an id as well, of a count of its own, and so may a log line that is JSON.
  const answers = 'result' in message || 'error' in message;
  if (!answers && ('method' in message || !('jsonrpc' in message))) return undefined;
  return { jsonrpc: '2.0', id, error: { code: -32_700, message: invalidAnswer } };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
