import { once } from 'node:events';
import { createServer } from 'node:http';
import { Agent, getGlobalDispatcher, setGlobalDispatcher } from 'undici';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { ToolServer } from '../../../src/agents/mcp/tool-server.ts';
import { SystemClock } from '../../../src/core/clock.ts';
import { systemRandom } from '../../../src/core/random.ts';
import { type McpHttpServer, startMcpHttpServer } from '../../support/mcp-http.ts';

let tools: McpHttpServer;
let server: ToolServer;
afterEach(async () => {
  await server.stop();
  await tools.close();
});

async function start(options: { readonly wait: () => Promise<void>; readonly json: boolean }) {
  tools = await startMcpHttpServer(['look'], 'open', options);
  const plan = { url: tools.url, headers: { Authorization: 'Bearer open' } };
  server = new ToolServer(plan, { clock: new SystemClock(), random: systemRandom });
}

/** Resolves when a request that is made now has met the limits that fetch has by itself. */
async function fetchGivesUp(): Promise<void> {
  const silent = createServer(() => {}).listen(0, '127.0.0.1');
  await once(silent, 'listening');
  const address = silent.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  await expect(fetch(`http://127.0.0.1:${port}`)).rejects.toThrow('fetch failed');
  silent.close();
  silent.closeAllConnections();
}

describe.each([
  ['as a stream of events', false],
  ['as JSON', true],
])('a tool over HTTP that answers %s', (_how, json) => {
  test('may take longer than fetch waits', async () => {
    let answer = () => {};
    const held = new Promise<void>((resolve) => {
      answer = resolve;
    });
    await start({ wait: () => held, json });
    const usual = getGlobalDispatcher();
    // In place of the five minutes that these two are by themselves.
    setGlobalDispatcher(new Agent({ headersTimeout: 100, bodyTimeout: 100 }));
    try {
      const { signal } = new AbortController();
      const calling = server.call('look', { text: 'here' }, { signal });
      await vi.waitFor(() => expect(tools.calls).toHaveLength(1));
      await fetchGivesUp();
      answer();
      expect(await calling).toEqual({ text: 'look heard here', isError: false });
    } finally {
      setGlobalDispatcher(usual);
    }
  });

  test('is let go when its call is cancelled, and answers the next one', async () => {
    let isHeld = true;
    await start({ wait: () => (isHeld ? new Promise(() => {}) : Promise.resolve()), json });
    const abort = new AbortController();
    const calling = server.call('look', { text: 'here' }, { signal: abort.signal });
    await vi.waitFor(() => expect(tools.calls).toHaveLength(1));
    expect(tools.letGo()).toBe(0);
    abort.abort('enough');
    await expect(calling).rejects.toMatchObject({ code: 'cancelled' });
    await vi.waitFor(() => expect(tools.letGo()).toBe(1));

    isHeld = false;
    const { signal } = new AbortController();
    expect(await server.call('look', { text: 'again' }, { signal })).toMatchObject({
      text: 'look heard again',
    });
    expect(tools.sessions()).toBe(1);
  });
});
