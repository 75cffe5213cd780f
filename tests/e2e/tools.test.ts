// Tools through the real program: a webhook, a model that asks for tools, a real tool server, an answer.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { z } from 'zod';
import { everythingServer, serversMarked } from '../support/mcp-everything.ts';
import { type ModelServer, type Reply, startModelServer } from '../support/model-server.ts';
import { runtimes, Workspace } from '../support/program.ts';
import { WebhookCaller } from '../support/webhook-caller.ts';

const lasting = fileURLToPath(new URL('../agents/fixtures/lasting-server.mjs', import.meta.url));

let place: Workspace;
let model: ModelServer;
/** Tool servers that end only when they are ended. */
let lingering: number[] = [];
afterEach(async () => {
  for (const pid of lingering) if (isAlive(pid)) process.kill(pid, 'SIGKILL');
  lingering = [];
  await place.close();
  await model.close();
});

const isAlive = (pid: number) => existsSync(`/proc/${pid}/exe`);

/** Two agents that share a tool server, which may do more for them than for a webhook's payload. */
function config(origin: string, mark: string): string {
  const server = everythingServer();
  const command = 'command' in server ? JSON.stringify(server.command) : '[]';
  const agent = (name: string) => `
  ${name}:
    mcp_servers: { every: { command: ${command}, env: [MARK] } }
    tools: [every/echo, get-s*]
    tools_on_webhook: [echo]
    trigger: { type: webhook, auth: none }`;
  return `
# ${mark}
llms: { default: { provider: anthropic, model: scripted, api_key: sk-key, base_url: "${origin}" } }
agents:${agent('one')}${agent('two')}
`;
}

const toolCalls = z.object({ tool_calls: z.array(z.record(z.string(), z.unknown())) });
const namesOffered = (text: string) =>
  [...text.matchAll(/"name":"every__([^"]+)","desc/g)].map(([, name]) => name);

describe.each(runtimes)('under $name', (runtime) => {
  test('tools of a server are offered, called and recorded as the file allows', async () => {
    place = new Workspace();
    const mark = `e2e-${runtime.name}-${process.pid}`;
    // Both tools in one step, then what it heard of them.
    const both: Reply = {
      calls: [
        { name: 'every__echo', input: { message: 'ping' } },
        { name: 'every__get-sum', input: { a: 2, b: 40 } },
      ],
    };
    model = await startModelServer(({ text }) => (text.includes('tool_result') ? { text: 'done' } : both));
    const program = place.run(runtime, config(model.origin, mark), { MARK: mark });
    const caller = new WebhookCaller(await program.ready(), place);
    const pids = () => serversMarked(mark).filter((pid) => pid !== program.process.pid);
    expect(pids()).toEqual([]);

    // By a webhook: the sum is not on its list.
    const answer = await caller.post('/webhooks/one', '{"please":"add 2 and 40"}');
    expect(answer.body).toMatchObject({ status: 'completed', result: 'done' });
    expect(namesOffered(model.requests[0]?.text ?? '')).toEqual(['echo']);
    expect(model.requests[1]?.text).toContain('Echo: ping');
    expect(model.requests[1]?.text).not.toContain('The sum of');
    const first = await caller.api(`tasks/${answer.body.task_id}`);
    expect(first.body.usage).toEqual({
      input_tokens: 20,
      output_tokens: 10,
      steps: 2,
      tool_calls: 1,
      cost_usd: 0,
    });
    const about = { attempt: 1, at: expect.stringMatching(/^\d{4}-.*Z$/), duration_ms: expect.any(Number) };
    expect(toolCalls.parse(first.body.notes).tool_calls).toEqual([
      { ...about, name: 'every/echo', input_bytes: 18, output_bytes: 12 },
      {
        ...about,
        name: 'every__get-sum',
        input_bytes: 14,
        output_bytes: 2,
        error: 'not allowed, or its arguments cannot be read',
      },
    ]);

    // By hand, and by another agent: the whole list, and the same server.
    expect(pids()).toHaveLength(1);
    const [pid] = pids();
    const byHand = await caller.api('tasks', 'POST', { agent: 'two', input: 'add 2 and 40' });
    await program.line(
      (line) => line.message === 'task completed' && line.task === byHand.body.id,
      'by hand',
    );
    expect(namesOffered(model.requests[2]?.text ?? '')).toContain('get-sum');
    expect(model.requests[3]?.text).toContain('The sum of 2 and 40 is 42');
    const second = await caller.api(`tasks/${byHand.body.id}`);
    expect(toolCalls.parse(second.body.notes).tool_calls.map(({ name, error }) => [name, error])).toEqual([
      ['every/echo', undefined],
      ['every/get-sum', undefined],
    ]);
    expect(pids()).toEqual([pid]);

    // It dies, and is there again when it is needed.
    process.kill(Number(pid), 'SIGKILL');
    await program.line(
      (line) => String(line.message).includes('started again when it is needed'),
      'its death',
    );
    expect((await caller.post('/webhooks/one')).body).toMatchObject({ result: 'done' });
    expect(pids()).toHaveLength(1);
    expect(pids()).not.toEqual([pid]);

    expect(await program.stop()).toBe(0);
    await vi.waitFor(() => expect(pids()).toEqual([]));
    expect(program.stderr).toBe('');
  });

  test('a tool server outlives kill -9 of Callboard no longer than until the next start', async () => {
    place = new Workspace();
    model = await startModelServer(() => ({ text: 'done' }));
    const file = join(place.folder, 'pids');
    const pids = () => (existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n').map(Number) : []);
    const command = JSON.stringify([process.execPath, lasting, file]);
    const text = `
llms: { default: { provider: anthropic, model: scripted, api_key: sk-key, base_url: "${model.origin}" } }
agents:
  one:
    mcp_servers: { lasting: { command: ${command} } }
    tools: [look]
    trigger: { type: webhook, auth: none }
`;
    const first = place.run(runtime, text);
    const answer = await new WebhookCaller(await first.ready(), place).post('/webhooks/one');
    expect(answer.body).toMatchObject({ result: 'done' });
    lingering = pids();
    await first.stop('SIGKILL');
    expect(lingering.map(isAlive)).toEqual([true]);

    // Without its agent, too.
    const second = place.run(runtime, 'agents: { other: { type: echo } }');
    await second.ready();
    expect(lingering.map(isAlive)).toEqual([false]);
    expect(await second.stop()).toBe(0);
  });
});
