/** What one client may cost. Enforced by Node's own HTTP server, which Deno has too. */
export interface ServerLimits {
  /** Milliseconds until the headers must be there. */
  readonly headersTimeout: number;
  /** Milliseconds until the whole request must be there. */
  readonly requestTimeout: number;
  /** Milliseconds in which a client must take some more of its answer. */
  readonly answerTimeout: number;
  /** Milliseconds that an idle connection is kept. */
  readonly keepAliveTimeout: number;
  /** Bytes of request line and headers. */
  readonly maxHeaderSize: number;
  /** Connections at once; further ones are closed at the door. */
  readonly maxConnections: number;
  /** How often late connections are looked for, in milliseconds. */
  readonly connectionsCheckingInterval: number;
}

export const serverLimits: ServerLimits = {
  headersTimeout: 10_000,
  requestTimeout: 30_000,
  answerTimeout: 30_000,
  keepAliveTimeout: 5_000,
  maxHeaderSize: 16_384,
  maxConnections: 4_096,
  connectionsCheckingInterval: 2_000,
};
