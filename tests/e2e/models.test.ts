// Models through the real program: from a call that comes in to the answer of a provider, on Node and on Deno.
import { afterEach, describe, expect, test } from 'vitest';
import { type ModelServer, type Reply, startModelServer } from '../support/model-server.ts';
import { type Program, runtimes, Workspace } from '../support/program.ts';
import { WebhookCaller } from '../support/webhook-caller.ts';

let place: Workspace;
const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  await place.close();
  await Promise.all(closing.splice(0).map((close) => close()));
});

async function serve(script: (request: ModelServer['requests'][number]) => Reply): Promise<ModelServer> {
  const server = await startModelServer(script);
  closing.push(server.close);
  return server;
}

const providers = ['anthropic', 'openai', 'gemini', 'ollama', 'openai_compatible'] as const;

/** An llm for each provider, all at one server, and an agent for each llm. */
function everyProvider(origin: string): string {
  const llms = providers.map((provider) => {
    const url = provider === 'openai_compatible' ? `${origin}/v1` : origin;
    return `  ${provider}: { provider: ${provider}, model: scripted, api_key: "\${MODEL_KEY}", base_url: "${url}", max_retries: 0 }`;
  });
  const agents = providers.map(
    (provider) =>
      `  ${provider}: { llm: ${provider}, instruction: Be brief., trigger: { type: webhook, auth: none } }`,
  );
  return ['llms:', ...llms, 'agents:', ...agents, ''].join('\n');
}

describe.each(runtimes)('under $name', (runtime) => {
  test('every provider answers a webhook, and fails without a word of its key', async () => {
    place = new Workspace();
    let fails = false;
    const model = await serve(({ format }) =>
      fails ? { status: 401, message: 'the key sk-planted-key is wrong' } : { text: `hello from ${format}` },
    );
    const program = place.run(runtime, everyProvider(model.origin), { MODEL_KEY: 'sk-planted-key' });
    const caller = new WebhookCaller(await program.ready(), place);
    const callEach = (body: string) =>
      Promise.all(providers.map((provider) => caller.post(`/webhooks/${provider}`, body)));
    const answers = await callEach('{"say":"hi"}');
    expect(answers.map(({ body }) => body.result)).toEqual([
      'hello from anthropic',
      'hello from responses',
      'hello from gemini',
      'hello from chat',
      'hello from chat',
    ]);
    for (const { text, headers } of model.requests) {
      expect(JSON.stringify(headers)).toContain('sk-planted-key');
      // The payload stands between markers in the user turn, the instruction in the system prompt.
      expect(text).toMatch(/<data-[0-9a-f]{24}>\\n\{\\"say\\":\\"hi\\"\}/);
      expect(text).toContain('Be brief.');
    }
    fails = true;
    const failures = await callEach('{}');
    for (const [index, { status, body }] of failures.entries()) {
      expect(status).toBe(500);
      expect(body.error).toContain(
        `${providers[index]} model "scripted" (llm "${providers[index]}") answered 401`,
      );
    }
    const tasks = await caller.items('tasks?status=failed');
    expect(tasks.map(({ error }) => error)).toEqual(
      providers.map(() => expect.objectContaining({ code: 'unauthorized', retryable: false })),
    );
    expect(await program.stop()).toBe(0);
    expect(JSON.stringify([program.lines, failures, tasks])).not.toContain('sk-planted-key');
    expect(program.stderr).toBe('');
  });

  test('an answer that is cut off fails at once, and is asked for again', async () => {
    place = new Workspace();
    const model = await serve(({ number }) => (number < 3 ? 'cut' : { text: 'whole' }));
    const file = (retries: number) => `
llms: { default: { provider: anthropic, model: scripted, api_key: key, base_url: "${model.origin}", max_retries: ${retries} } }
agents:
  a: { instruction: Be brief., timeout: 5m, trigger: { type: webhook, auth: none } }
`;
    const once = place.run(runtime, file(0));
    const failed = await new WebhookCaller(await once.ready(), place).post('/webhooks/a', '{}');
    expect([failed.status, failed.body.error]).toEqual([500, expect.stringContaining('cannot be reached')]);
    expect(await once.stop()).toBe(0);
    const again = place.run(runtime, file(1));
    const answered = await new WebhookCaller(await again.ready(), place).post('/webhooks/a', '{}');
    expect([answered.status, answered.body.result]).toEqual([200, 'whole']);
    expect(await again.stop()).toBe(0);
  });

  test('validate --online asks each llm once and says at its place which does not answer', async () => {
    place = new Workspace();
    const model = await serve(({ format }) =>
      format === 'gemini' ? { status: 403, message: 'the key sk-planted-key is locked' } : { text: 'OK' },
    );
    const file = place.write('callboard.yaml', everyProvider(model.origin));
    const validate = async (...args: string[]): Promise<Program> => {
      const program = place.start(runtime, ['validate', file, ...args], { MODEL_KEY: 'sk-planted-key' });
      await program.ended;
      return program;
    };
    const [offline, text, json] = [
      await validate(),
      await validate('--online'),
      await validate('--online', '--format', 'json'),
    ];
    expect(await offline?.ended).toBe(0);
    const message = 'gemini model "scripted" (llm "gemini") answered 403: the key [redacted] is locked';
    expect(await text.ended).toBe(2);
    expect(text.lines.map((line) => line.text)).toEqual([
      `${file}:4:3: ${message}`,
      `${file} has 1 error, 4 llms answered`,
    ]);
    expect(await json.ended).toBe(2);
    expect(json.lines).toEqual([
      {
        file,
        valid: false,
        errors: 1,
        warnings: 0,
        diagnostics: [{ severity: 'error', file, line: 4, column: 3, message }],
        answered: expect.arrayContaining(['anthropic', 'openai', 'ollama', 'openai_compatible']),
      },
    ]);
    expect(model.requests).toHaveLength(2 * providers.length);
  });
  test('an agent without a model: run refuses and lists the choices, until an Ollama answers', async () => {
    place = new Workspace();
    const text = 'agents: { asked: { trigger: { type: webhook, auth: none } } }';
    const file = place.write('callboard.yaml', text);
    const refused = place.start(runtime, ['run', file, '--log-format', 'json']);
    expect(await refused.ended).toBe(2);
    expect(refused.stderr).toBe(
      'callboard: agent "asked" needs a model and there is none: set ANTHROPIC_API_KEY, OPENAI_API_KEY or GEMINI_API_KEY, start Ollama, or configure llms.default\n',
    );
    const validated = place.start(runtime, ['validate', file]);
    expect(await validated.ended).toBe(0);
    expect(JSON.stringify(validated.lines)).toContain('warning: agent \\"asked\\" needs a model');

    const model = await serve(() => ({ text: 'here' }));
    const program = place.run(runtime, text, { OLLAMA_HOST: new URL(model.origin).host });
    const caller = new WebhookCaller(await program.ready(), place);
    expect(await program.message('model found')).toMatchObject({ provider: 'ollama', by: 'OLLAMA_HOST' });
    expect((await caller.post('/webhooks/asked')).body.result).toBe('here');
    expect(await program.stop()).toBe(0);
  });

  test('an echo in place of a model says so', async () => {
    place = new Workspace();
    const program = place.run(
      runtime,
      'llms: { default: { provider: echo } }\nagents: { a: { trigger: { type: webhook, auth: none } } }',
    );
    const caller = new WebhookCaller(await program.ready(), place);
    expect((await caller.post('/webhooks/a', '"hello"')).body.result).toBe('"hello"');
    expect(await program.line((line) => String(line.message).includes('only echoes'), 'echo')).toMatchObject({
      level: 'warn',
      message: 'agent "a" only echoes its input: its llm "default" is an echo',
    });
    expect(await program.stop()).toBe(0);
  });
});
