import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import { answerBody, errorBody, type Format, formatOfPath, type Turn } from './model-server-formats.ts';

/** A call of the model as it came in. */
export interface ModelRequest {
  readonly format: Format;
  readonly headers: IncomingHttpHeaders;
  /** The body's JSON, and its text. */
  readonly body: unknown;
  readonly text: string;
  /** Which call it is, from 1. */
  readonly number: number;
}

/** What the server does with a call: answer a turn, an error in the provider's shape, raw text, half an answer, or nothing at all. */
export type Reply =
  | Turn
  | { readonly status: number; readonly message: string; readonly headers?: Readonly<Record<string, string>> }
  | { readonly raw: string }
  | 'cut'
  | 'hang';

export interface ModelServer {
  /** `http://127.0.0.1:PORT`. */
  readonly origin: string;
  readonly requests: ModelRequest[];
  /** Calls whose connection the client closed before an answer. */
  readonly hungUp: () => number;
  close(): Promise<void>;
}

const oneModel = {
  status: 200,
  body: JSON.stringify({ object: 'list', data: [{ id: 'scripted', object: 'model' }] }),
};

/** Speaks the wire formats of the providers and says what `script` says; `list` is its answer to which models it has. */
export async function startModelServer(
  script: (request: ModelRequest) => Reply,
  list: { readonly status: number; readonly body: string } = oneModel,
): Promise<ModelServer> {
  const requests: ModelRequest[] = [];
  let hungUp = 0;
  const server = createServer(async (incoming, answer) => {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk);
    const text = Buffer.concat(chunks).toString();
    const format = formatOfPath(new URL(incoming.url ?? '/', 'http://localhost').pathname);
    if (incoming.method === 'GET' && incoming.url === '/v1/models') {
      answer.writeHead(list.status).end(list.body);
      return;
    }
    if (format === undefined || incoming.method !== 'POST') {
      answer.writeHead(404).end(`no such path: ${incoming.method} ${incoming.url}`);
      return;
    }
    const request = {
      format,
      headers: incoming.headers,
      body: JSON.parse(text),
      text,
      number: requests.length + 1,
    };
    requests.push(request);
    const reply = script(request);
    if (reply === 'hang') {
      answer.once('close', () => {
        hungUp += 1;
      });
      return;
    }
    const json = { 'content-type': 'application/json' };
    if (reply === 'cut') {
      answer.writeHead(200, { ...json, 'content-length': '1000' }).write('{"id":', () => answer.destroy());
      return;
    }
    if ('raw' in reply) answer.writeHead(200, json).end(reply.raw);
    else if ('status' in reply) {
      const body = errorBody(format, reply.status, reply.message);
      answer.writeHead(reply.status, { ...json, ...reply.headers }).end(JSON.stringify(body));
    } else answer.writeHead(200, json).end(JSON.stringify(answerBody(format, reply)));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the model server has no port');
  return {
    origin: `http://127.0.0.1:${address.port}`,
    requests,
    hungUp: () => hungUp,
    close: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}
