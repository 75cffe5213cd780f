import Anthropic from '@anthropic-ai/sdk';
import OpenAI from 'openai';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { checkOnline } from '../../../src/agents/check-online.ts';
import { createAgent } from '../../../src/agents/create.ts';
import type { LlmPlan } from '../../../src/agents/specification.ts';
import { SystemClock } from '../../../src/core/clock.ts';
import { Failure } from '../../../src/core/failure.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { fakeRandom } from '../../support/fake-random.ts';
import { type ModelServer, type Reply, startModelServer } from '../../support/model-server.ts';
import { modelSpecification, testLlm, testRun } from '../runs.ts';

let server: ModelServer;
afterEach(() => server.close());

async function serve(...replies: [Reply, ...Reply[]]): Promise<void> {
  server = await startModelServer((request) => replies[request.number - 1] ?? replies.at(-1) ?? 'hang');
}

const random = fakeRandom();
const clock = new SystemClock();

function run(llm: LlmPlan, options: { signal?: AbortSignal; clock?: FakeClock } = {}) {
  const agent = createAgent(modelSpecification(llm), { clock: options.clock ?? clock, random });
  const changes = options.signal === undefined ? {} : { signal: options.signal };
  return agent.run(testRun(changes));
}

const failureOf = (running: Promise<unknown>): Promise<unknown> =>
  running.then(String, (thrown: unknown) => thrown);

describe('the scripted server is what the official SDKs expect', () => {
  test('@anthropic-ai/sdk', async () => {
    await serve(
      { text: 'hello' },
      { calls: [{ name: 'look', input: { at: 1 } }] },
      { status: 429, message: 'slow down' },
    );
    const client = new Anthropic({ apiKey: 'key', baseURL: server.origin, maxRetries: 0 });
    const ask = () =>
      client.messages.create({ model: 'm', max_tokens: 10, messages: [{ role: 'user', content: 'x' }] });
    const first = await ask();
    expect(first.content).toEqual([{ type: 'text', text: 'hello' }]);
    expect(first.usage).toMatchObject({ input_tokens: 10, output_tokens: 5 });
    expect((await ask()).content).toMatchObject([{ type: 'tool_use', name: 'look', input: { at: 1 } }]);
    await expect(ask()).rejects.toBeInstanceOf(Anthropic.RateLimitError);
  });

  test('openai, responses and chat', async () => {
    const calls = [{ name: 'look', input: { at: 1 } }];
    await serve(
      { text: 'hello' },
      { calls },
      { text: 'hello' },
      { calls },
      { status: 401, message: 'no key' },
    );
    const client = new OpenAI({ apiKey: 'key', baseURL: `${server.origin}/v1`, maxRetries: 0 });
    const respond = () => client.responses.create({ model: 'm', input: 'x' });
    const chat = () =>
      client.chat.completions.create({ model: 'm', messages: [{ role: 'user', content: 'x' }] });
    expect((await respond()).output_text).toBe('hello');
    expect((await respond()).output).toMatchObject([{ type: 'function_call', arguments: '{"at":1}' }]);
    expect((await chat()).choices[0]?.message.content).toBe('hello');
    expect((await chat()).choices[0]?.message.tool_calls).toMatchObject([
      { function: { arguments: '{"at":1}' } },
    ]);
    await expect(chat()).rejects.toBeInstanceOf(OpenAI.AuthenticationError);
  });
});

describe.each([
  ['anthropic', 'anthropic', (headers: Record<string, unknown>) => headers['x-api-key']],
  ['openai', 'responses', (headers: Record<string, unknown>) => headers.authorization],
  ['gemini', 'gemini', (headers: Record<string, unknown>) => headers['x-goog-api-key']],
  ['ollama', 'chat', (headers: Record<string, unknown>) => headers.authorization],
  ['openai_compatible', 'chat', (headers: Record<string, unknown>) => headers.authorization],
] as const)('%s', (provider, format, keyOf) => {
  test('answers with text, and says what it used', async () => {
    await serve({ text: 'done', usage: [100, 20] });
    const result = await run(testLlm(provider, server.origin, { price: { input: 1, output: 10 } }));
    expect(result.output).toBe('done');
    expect(result.usage).toEqual({
      input_tokens: 100,
      output_tokens: 20,
      steps: 1,
      tool_calls: 0,
      cost_usd: 0.0003,
    });
    const [request] = server.requests;
    expect(request?.format).toBe(format);
    expect(keyOf(request?.headers ?? {})).toMatch(/sk-very-secret-key$/);
    expect(request?.text).toContain('Be brief.');
    expect(request?.text).toContain('hello');
    expect(request?.text).not.toContain('"store":true');
  });

  test('sends temperature and max_tokens', async () => {
    await serve({ text: 'done' });
    await run(testLlm(provider, server.origin, { temperature: 0.25, maxTokens: 321 }));
    expect(server.requests[0]?.text).toMatch(/"temperature":0\.25/);
    expect(server.requests[0]?.text).toMatch(/:321\b/);
  });

  test('fails with the provider, the model and its message, never with the key', async () => {
    await serve({ status: 401, message: 'the key sk-very-secret-key is wrong' });
    const failure = await failureOf(run(testLlm(provider, server.origin, { maxRetries: 2 })));
    expect(failure).toMatchObject({ code: 'unauthorized', retryable: false });
    expect(String(failure)).toContain(
      `${provider} model "scripted" (llm "default") answered 401: the key [redacted]`,
    );
    expect(server.requests).toHaveLength(1);
  });

  test('takes an answer that was cut, with a note, but not one that was cut before its first word', async () => {
    await serve({ text: 'half of i', cut: true }, { cut: true }, { text: ' \n', cut: true }, { text: '' });
    const llm = testLlm(provider, server.origin);
    expect(await run(llm)).toMatchObject({ output: 'half of i', log: expect.stringContaining('was cut') });
    for (const silent of [await failureOf(run(llm)), await failureOf(run(llm))]) {
      expect(silent).toMatchObject({
        code: 'bad_answer',
        retryable: true,
        message: expect.stringContaining('reached its token limit'),
      });
    }
    // Nothing to say, and not stopped: an agent whose work is done by its tools may end like that.
    expect(await run(llm)).toMatchObject({ output: '' });
  });

  test('waits as long as a 429 asks, and tries again', async () => {
    await serve({ status: 429, message: 'slow down', headers: { 'retry-after': '7' } }, { text: 'done' });
    const fake = new FakeClock();
    const running = run(testLlm(provider, server.origin, { maxRetries: 2 }), { clock: fake });
    await vi.waitFor(() => expect(fake.pending).toBe(1));
    await fake.advance(6_999);
    expect(server.requests).toHaveLength(1);
    await fake.advance(1);
    expect((await running).output).toBe('done');
  });

  test('fails as rate_limited, to be retried by the task, when the wait is long', async () => {
    await serve({ status: 429, message: 'tomorrow', headers: { 'retry-after': '86400' } });
    const failure = await failureOf(run(testLlm(provider, server.origin, { maxRetries: 2 })));
    expect(failure).toMatchObject({ code: 'rate_limited', retryable: true });
    expect(server.requests).toHaveLength(1);
  });

  test('tries a 500 again, max_retries times', async () => {
    await serve({ status: 500, message: 'oh no' });
    const fake = new FakeClock();
    const failure = failureOf(run(testLlm(provider, server.origin, { maxRetries: 2 }), { clock: fake }));
    for (const [count, longestWait] of [
      [1, 1_200],
      [2, 2_400],
    ] as const) {
      await vi.waitFor(() => expect([server.requests.length, fake.pending]).toEqual([count, 1]));
      await fake.advance(longestWait);
    }
    expect(await failure).toMatchObject({ code: 'provider_error', retryable: true });
    expect(server.requests).toHaveLength(3);
  });

  test('calls an answer bad that wants very many tools at once', async () => {
    const calls = (count: number) => Array.from({ length: count }, () => ({ name: 'none', input: {} }));
    await serve({ calls: calls(129) }, { calls: calls(128) }, { text: 'done' });
    const llm = testLlm(provider, server.origin);
    expect(await failureOf(run(llm))).toMatchObject({
      code: 'bad_answer',
      message: expect.stringContaining('wants 129 tools at once, of 128 at most'),
    });
    expect((await run(llm)).output).toBe('done');
  });

  test.each([['{"broken"'], ['{"surprise":true}'], ['']])('calls an answer of %j bad', async (raw) => {
    await serve({ raw });
    const failure = await failureOf(run(testLlm(provider, server.origin)));
    expect(failure).toMatchObject({ code: 'bad_answer', retryable: true });
    expect(String(failure)).toContain(`${provider} model "scripted"`);
  });

  test('gives up on a hang at its timeout, and hangs up', async () => {
    await serve('hang');
    const fake = new FakeClock();
    const failure = failureOf(run(testLlm(provider, server.origin, { timeout: 30_000 }), { clock: fake }));
    await vi.waitFor(() => expect(server.requests).toHaveLength(1));
    await fake.advance(30_000);
    expect(await failure).toMatchObject({ code: 'timeout', retryable: true });
    await vi.waitFor(() => expect(server.hungUp()).toBe(1));
  });

  test('is cancelled by the run', async () => {
    await serve('hang');
    const abort = new AbortController();
    const failure = failureOf(run(testLlm(provider, server.origin), { signal: abort.signal }));
    await vi.waitFor(() => expect(server.requests).toHaveLength(1));
    abort.abort(new Failure('cancelled', 'by hand'));
    expect(await failure).toMatchObject({ code: 'cancelled', message: 'by hand' });
    await vi.waitFor(() => expect(server.hungUp()).toBe(1));
  });

  test('is checked with one cheap call', async () => {
    await serve({ text: 'OK', cut: true }, { status: 401, message: 'wrong' });
    const llm = testLlm(provider, server.origin, { maxRetries: 2 });
    expect(await checkOnline(llm, { clock, random })).toBeUndefined();
    expect(await checkOnline(llm, { clock, random })).toMatchObject({ code: 'unauthorized' });
    expect(server.requests).toHaveLength(2);
    expect(server.requests[0]?.text.length).toBeLessThan(400);
  });

  test('says when it cannot be reached', async () => {
    await serve('hang');
    const failure = await failureOf(run(testLlm(provider, 'http://127.0.0.1:9')));
    expect(failure).toMatchObject({ code: 'provider_error', retryable: true });
    expect(String(failure)).toContain('cannot be reached');
  });
});

describe('ollama without a model', () => {
  const unnamed = (origin: string) => testLlm('ollama', origin, { model: undefined, apiKey: undefined });

  test('uses the first that is installed', async () => {
    await serve({ text: 'done' });
    expect((await run(unnamed(server.origin))).output).toBe('done');
    expect(server.requests[0]?.body).toMatchObject({ model: 'scripted' });
    expect(server.requests[0]?.headers.authorization).toBeUndefined();
    expect(await checkOnline(unnamed(server.origin), { clock, random })).toBeUndefined();
  });

  test.each([
    [{ status: 500, body: 'out of memory' }, 'provider_error', true, 'answered 500: out of memory'],
    [{ status: 404, body: 'no such page' }, 'provider_error', false, 'answered 404: no such page'],
    [{ status: 401, body: '' }, 'unauthorized', false, 'answered 401'],
    [{ status: 429, body: '' }, 'rate_limited', true, 'answered 429'],
    [{ status: 200, body: '<html>' }, 'bad_answer', true, 'gave no list of models'],
    [{ status: 200, body: '{"data":[]}' }, 'not_configured', false, 'none is installed there'],
    [{ status: 200, body: '{"data":null}' }, 'not_configured', false, 'none is installed there'],
  ])('tells a list that it cannot have from an empty one: %j', async (list, code, retryable, what) => {
    server = await startModelServer(() => 'hang', list);
    const failure = await failureOf(run(unnamed(server.origin)));
    expect(failure).toMatchObject({ code, retryable, message: expect.stringContaining(what) });
  });

  test('says when it is not there', async () => {
    await serve('hang');
    const failure = await failureOf(run(unnamed('http://127.0.0.1:9')));
    expect(failure).toMatchObject({ code: 'provider_error', retryable: true });
    expect(String(failure)).toContain(
      'ollama (llm "default") cannot be reached at http://127.0.0.1:9/v1/models',
    );
  });
});
