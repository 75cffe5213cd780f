// What a task may spend, through crashes, retries and notifications of the real program.
import { afterEach, describe, expect, test } from 'vitest';
import { type ModelServer, type Reply, startModelServer } from '../support/model-server.ts';
import { runtimes, Workspace } from '../support/program.ts';
import { recordingServer } from '../support/recording-server.ts';
import { WebhookCaller } from '../support/webhook-caller.ts';

let place: Workspace;
let model: ModelServer | undefined;
afterEach(async () => {
  await place.close();
  await model?.close();
});

const llms = (origin: string) =>
  `llms: { default: { provider: anthropic, model: scripted, api_key: sk-key, base_url: "${origin}", max_retries: 0, price: { input: 1000, output: 2000 } } }`;

describe.each(runtimes)('under $name', (runtime) => {
  test('kill -9 during a model call: it runs again, what it spent stands, the third crash is the last', {
    timeout: 90_000,
  }, async () => {
    place = new Workspace();
    // The first answer of each attempt does not fit and is asked for again; that call never ends.
    const script = ({ text }: ModelServer['requests'][number]): Reply =>
      text.includes('cannot be used') ? 'hang' : { text: 'no JSON', usage: [100, 10] };
    const server = await startModelServer(script);
    model = server;
    const text = `
${llms(server.origin)}
agents:
  a: { output: { schema: { type: object } }, trigger: { type: webhook, auth: none, response: { mode: async } } }
  capped: { output: { schema: { type: object } }, budget: { max_steps: 2 } }
`;
    let taskId: unknown;
    let caller: WebhookCaller | undefined;
    for (let crash = 1; crash <= 3; crash += 1) {
      const program = place.run(runtime, text);
      caller = new WebhookCaller(await program.ready(), place);
      if (crash === 1) taskId = (await caller.post('/webhooks/a')).body.task_id;
      await expect.poll(() => server.requests.length, { timeout: 20_000 }).toBe(2 * crash);
      const { body } = await caller.api(`tasks/${taskId}`);
      expect(body).toMatchObject({ status: 'running', attempt: crash });
      expect(body.usage).toEqual({
        input_tokens: 100 * crash,
        output_tokens: 10 * crash,
        steps: crash,
        tool_calls: 0,
        cost_usd: expect.closeTo(0.12 * crash),
      });
      expect(await program.stop('SIGKILL')).toBe('SIGKILL');
    }
    const last = place.run(runtime, text);
    caller = new WebhookCaller(await last.ready(), place);
    const { body } = await caller.api(`tasks/${taskId}`);
    expect(body).toMatchObject({
      status: 'failed',
      attempt: 3,
      error: { code: 'crash_loop', message: 'the process died 3 times while the task was running' },
      usage: { input_tokens: 300, steps: 3 },
    });
    expect(server.requests).toHaveLength(6);
    expect(await last.stop()).toBe(0);
  });

  test('a budget of steps is for the task, whatever crashes', async () => {
    place = new Workspace();
    const server = await startModelServer(({ number }) => (number === 2 ? 'hang' : { text: 'no JSON' }));
    model = server;
    const text = `
${llms(server.origin)}
agents:
  a: { output: { schema: { type: object } }, budget: { max_steps: 2 }, trigger: { type: webhook, auth: none, response: { mode: async } } }
`;
    const first = place.run(runtime, text);
    const { body } = await new WebhookCaller(await first.ready(), place).post('/webhooks/a');
    await expect.poll(() => server.requests.length, { timeout: 20_000 }).toBe(2);
    await first.stop('SIGKILL');
    const second = place.run(runtime, text);
    const caller = new WebhookCaller(await second.ready(), place);
    await second.message('task failed');
    expect((await caller.api(`tasks/${body.task_id}`)).body).toMatchObject({
      error: { code: 'budget', message: 'The task is not done and its budget is spent: 2 of 2 steps' },
      usage: { steps: 2 },
    });
    expect(server.requests).toHaveLength(3);
    expect(await second.stop()).toBe(0);
  });

  test('notifications tell what a task used, in both dialects', async () => {
    place = new Workspace();
    await using receiver = await recordingServer();
    const server = await startModelServer(() => ({ text: 'done', usage: [1_500, 250] }));
    model = server;
    const go =
      '{"cost": {{ printf "%.2f" .Usage.cost_usd }}, "tokens": {{ .Usage.input_tokens }}, "all": {{ toJson .Usage }}}';
    const liquid = '{"steps": {{ usage.steps }}, "out": {{ usage.output_tokens }}}';
    const none = '{"used": {{ if .Usage }}true{{ else }}false{{ end }}}';
    const program = place.run(
      runtime,
      `
${llms(server.origin)}
agents:
  a:
    trigger: { type: webhook, auth: none }
    notifications:
      - { id: go, url: "${receiver.url}/go", events: [task.completed], payload: { template: '${go}' } }
      - { id: liquid, url: "${receiver.url}/liquid", events: [task.completed], payload: { dialect: liquid, template: '${liquid}' } }
  plain:
    type: echo
    trigger: { type: webhook, auth: none }
    notifications:
      - { id: none, url: "${receiver.url}/none", events: [task.completed], payload: { template: '${none}' } }
`,
    );
    const caller = new WebhookCaller(await program.ready(), place);
    await caller.post('/webhooks/a');
    await caller.post('/webhooks/plain');
    await receiver.waitFor(3);
    const bodies = Object.fromEntries(
      receiver.requests.map(({ path, body }): [string, unknown] => [path, JSON.parse(body)]),
    );
    const usage = { input_tokens: 1_500, output_tokens: 250, steps: 1, tool_calls: 0, cost_usd: 2 };
    expect(bodies).toEqual({
      '/go': { cost: 2, tokens: 1_500, all: usage },
      '/liquid': { steps: 1, out: 250 },
      '/none': { used: false },
    });
    expect(await program.stop()).toBe(0);
  });

  test('tasks an hour are counted for schedules, webhooks and calls by hand, and what did not run is a record', async () => {
    place = new Workspace();
    const program = place.run(
      runtime,
      `
agents:
  hooked: { type: echo, budget: { tasks_per_hour: 2 }, trigger: { type: webhook, auth: none } }
  timed: { type: echo, budget: { tasks_per_hour: 1 }, trigger: { type: schedule, every: 1s } }
`,
    );
    const caller = new WebhookCaller(await program.ready(), place);
    const byHand = () => caller.api('tasks', 'POST', { agent: 'hooked', input: '' });
    expect((await byHand()).status).toBe(201);
    expect((await caller.post('/webhooks/hooked')).status).toBe(200);
    const refused = await caller.post('/webhooks/hooked');
    expect(refused.status).toBe(429);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(3_500);
    const refusedByHand = await byHand();
    expect([refusedByHand.status, refusedByHand.body.detail]).toEqual([
      429,
      'Cannot start a task of agent "hooked": its tasks_per_hour are used up',
    ]);
    expect(await caller.skips('hooked')).toEqual({ budget: 2 });
    await expect.poll(() => caller.skips('timed'), { timeout: 10_000 }).toHaveProperty('budget');
    expect(await caller.items('tasks?agent=timed')).toHaveLength(1);
    expect(await program.stop()).toBe(0);
  });
});
