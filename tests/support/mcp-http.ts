import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import { z } from 'zod';

export interface McpHttpServer {
  readonly url: string;
  /** What the tools were asked, in order. */
  readonly calls: { readonly tool: string; readonly text: string }[];
  /** The `traceparent` of each call. */
  readonly traceparents: unknown[];
  /** Exchanges that the client has ended before they were answered whole. */
  readonly letGo: () => number;
  /** Sessions that were opened. */
  readonly sessions: () => number;
  /** Forgets every session, as a restart does. */
  forget(): void;
  close(): Promise<void>;
}

/**
 * A tool server over streamable HTTP that wants `Authorization: Bearer TOKEN` and remembers what it was asked. `wait` holds
 * up what a tool says, `saying` makes another text of it; with `json` its answers are no streams of events.
 */
export async function startMcpHttpServer(
  tools: readonly string[],
  token = 'open',
  {
    wait,
    saying = (text) => text,
    json = false,
  }: {
    readonly wait?: () => Promise<void>;
    readonly saying?: (text: string) => string;
    readonly json?: boolean;
  } = {},
): Promise<McpHttpServer> {
  const calls: { tool: string; text: string }[] = [];
  const traceparents: unknown[] = [];
  const transports = new Map<string, StreamableHTTPServerTransport>();
  let sessions = 0;
  let letGo = 0;

  async function open(): Promise<StreamableHTTPServerTransport> {
    const transport: StreamableHTTPServerTransport = new StreamableHTTPServerTransport({
      sessionIdGenerator: randomUUID,
      enableJsonResponse: json,
      onsessioninitialized: (session) => {
        sessions += 1;
        transports.set(session, transport);
      },
    });
    const server = new McpServer({ name: 'test', version: '1' });
    for (const tool of tools) {
      server.registerTool(
        tool,
        { description: tool, inputSchema: { text: z.string() } },
        async ({ text }, { _meta }) => {
          calls.push({ tool, text });
          traceparents.push(_meta?.traceparent);
          await wait?.();
          return { content: [{ type: 'text', text: saying(`${tool} heard ${text}`) }] };
        },
      );
    }
    await server.connect(transport);
    return transport;
  }

  const http = createServer(async (request, answer) => {
    if (request.headers.authorization !== `Bearer ${token}`) return void answer.writeHead(401).end();
    const session = request.headers['mcp-session-id'];
    const known = typeof session === 'string' ? transports.get(session) : undefined;
    if (session !== undefined && known === undefined) {
      return void answer
        .writeHead(404, { 'content-type': 'application/json' })
        .end('{"error":"no such session"}');
    }
    answer.once('close', () => {
      if (request.method === 'POST' && !answer.writableFinished) letGo += 1;
    });
    await (known ?? (await open())).handleRequest(request, answer);
  });
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  const address = http.address();
  if (address === null || typeof address === 'string') throw new Error('the tool server has no port');
  return {
    url: `http://127.0.0.1:${address.port}/mcp`,
    calls,
    traceparents,
    letGo: () => letGo,
    sessions: () => sessions,
    forget: () => transports.clear(),
    close: async () => {
      http.close();
      http.closeAllConnections();
      await once(http, 'close');
    },
  };
}
