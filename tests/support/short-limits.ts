// A program for tests/http/server.test.ts: the product's server with limits that a test can wait for.
import { Hono } from 'hono';
import { SystemClock, sleep } from '../../src/core/clock.ts';
import { problemAnswer } from '../../src/http/answer.ts';
import { readBody } from '../../src/http/body.ts';
import { listenerOf } from '../../src/http/hono-listener.ts';
import { serverLimits } from '../../src/http/limits.ts';
import { listen } from '../../src/http/server.ts';
import type { HttpEnvironment } from '../../src/http/world.ts';

export async function startShort(): Promise<number> {
  const app = new Hono<HttpEnvironment>();
  app.onError((thrown, c) => c.text(thrown.name, 400));
  app.post('/', async (c) => c.text(`took ${(await readBody(c.env.incoming, { limit: 100 })).length}`));
  app.get('/large', (c) => c.body('a'.repeat(2 ** 25)));
  app.get('/late', async (c) => {
    await sleep(new SystemClock(), 1_500);
    return c.text('late');
  });
  const { port } = await listen(
    listenerOf(app, () => problemAnswer(500, 'It failed.')),
    { host: '127.0.0.1', port: 0, tls: undefined },
    {
      ...serverLimits,
      headersTimeout: 300,
      requestTimeout: 600,
      answerTimeout: 400,
      keepAliveTimeout: 300,
      connectionsCheckingInterval: 50,
      maxConnections: 20,
    },
  );
  return port;
}

if (import.meta.main)
  process.stdout.write(`${JSON.stringify({ message: 'ready', port: await startShort() })}\n`);
