import type { JSONRPCMessage } from '@modelcontextprotocol/sdk/types.js';
import { errorInPlaceOf, type ReadMessage } from './invalid-answer.ts';

const none = 'the tool server ended the exchange without an answer';

/**
 * Looks at the messages of one exchange over HTTP, in which a server answers a request, and knows whether it has. The
 * library does not look: whoever made the call would wait until the end of the run.
 */
export class AnswerWatch {
  readonly #id: string | number | undefined;
  readonly #read: ReadMessage;
  #isAnswered = false;

  /** `id` is that of the request; undefined where there is none. */
  constructor(id: unknown, read: ReadMessage) {
    this.#id = typeof id === 'string' || typeof id === 'number' ? id : undefined;
    this.#read = read;
  }

  /** What stands in for a message that is an answer but cannot be read; undefined for any other. */
  inPlaceOf(text: string): string | undefined {
    const { message, instead } = this.#messageOf(text);
    if (message !== undefined && 'id' in message && !('method' in message)) {
      this.#isAnswered ||= String(message.id) === String(this.#id);
    }
    return instead ? JSON.stringify(message) : undefined;
  }

  /** The answer to give at the end of the exchange; undefined where the server has given one. */
  get missing(): string | undefined {
    if (this.#id === undefined || this.#isAnswered) return undefined;
    return JSON.stringify({ jsonrpc: '2.0', id: this.#id, error: { code: -32_000, message: none } });
  }

  #messageOf(text: string): { readonly message: JSONRPCMessage | undefined; readonly instead: boolean } {
    try {
      return { message: this.#read(text), instead: false };
    } catch {
      const message = errorInPlaceOf(text);
      return { message, instead: message !== undefined };
    }
  }
}
