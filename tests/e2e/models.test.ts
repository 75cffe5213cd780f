// Models through the real program: from a call that comes in to the answer of a provider, on Node and on Deno.
import { readFileSync } from 'node:fs';
import { afterEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { type ModelServer, type Reply, startModelServer } from '../support/model-server.ts';
import { type Program, runtimes, Workspace } from '../support/program.ts';

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

const answer = z.object({ status: z.string(), result: z.string().optional(), error: z.string().optional() });

async function call(url: string, agent: string, body: string) {
  const response = await fetch(`${url}/webhooks/${agent}`, { method: 'POST', body });
  return answer.parse(await response.json());
}

const task = z.object({
  status: z.string(),
  attempt: z.number(),
  error: z.object({ code: z.string(), message: z.string() }).nullable(),
  usage: z.record(z.string(), z.number()).nullable(),
});

/** The newest task, as the API shows it. */
async function newestTask(url: string) {
  const token = readFileSync(place.tokenPath, 'utf8').trim();
  const response = await fetch(`${url}/api/tasks?limit=1`, { headers: { authorization: `Bearer ${token}` } });
  const list = z.object({ items: z.array(task) }).parse(await response.json());
  return list.items[0];
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
    const url = await program.ready();
    const answers = await Promise.all(providers.map((provider) => call(url, provider, '{"say":"hi"}')));
    expect(answers.map(({ result }) => result)).toEqual([
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
    const failures = await Promise.all(providers.map((provider) => call(url, provider, '{}')));
    for (const [index, { status, error }] of failures.entries()) {
      expect(status).toBe('failed');
      expect(error).toContain(
        `${providers[index]} model "scripted" (llm "${providers[index]}") answered 401`,
      );
    }
    expect(await newestTask(url)).toMatchObject({ status: 'failed', error: { code: 'unauthorized' } });
    expect(await program.stop()).toBe(0);
    expect(JSON.stringify([program.lines, failures])).not.toContain('sk-planted-key');
    expect(program.stderr).toBe('');
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
});
