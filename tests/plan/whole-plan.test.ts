// What is found when a file is loaded that a quick look does not find: schemas, models, Ollama.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { formatDiagnostic } from '../../src/config/diagnostics.ts';
import { SystemClock } from '../../src/core/clock.ts';
import { Failure } from '../../src/core/failure.ts';
import { type LoadOptions, loadPlan } from '../../src/plan/load.ts';
import { type ModelServer, startModelServer } from '../support/model-server.ts';

let cwd = '';
let server: ModelServer;
beforeEach(async () => {
  cwd = mkdtempSync(join(tmpdir(), 'callboard-plan-'));
  server = await startModelServer(() => ({ text: 'OK' }));
});
afterEach(async () => {
  rmSync(cwd, { recursive: true });
  await server.close();
});

async function load(text: string, options: Partial<LoadOptions> = {}) {
  writeFileSync(join(cwd, 'c.yaml'), text);
  const closed = 'http://127.0.0.1:9';
  const clock = new SystemClock();
  const { plan, diagnostics } = await loadPlan({
    path: 'c.yaml',
    environment: {},
    cwd,
    clock,
    ollama: closed,
    ...options,
  });
  return { plan, said: diagnostics.map(formatDiagnostic) };
}

const ollama = 'llms: { default: { provider: ollama, model: m } }\n';

describe('output.schema', () => {
  test('that is wrong is an error at its line', async () => {
    const { plan, said } = await load(`${ollama}agents:
  a:
    output:
      schema:
        type: object
        properties:
          severity: { type: strin }
          when: { type: string, format: dat }
        requred: [severity]
`);
    expect(plan).toBeUndefined();
    expect(said).toEqual([
      'c.yaml:8:29: output.schema: must be equal to one of the allowed values: array, boolean, integer, null, number, object, string',
      'c.yaml:9:41: warning: output.schema: the format "dat" is not known, and is not checked',
      'c.yaml:10:18: warning: output.schema: "requred" is no keyword of JSON Schema 2020-12, and is not checked',
    ]);
  });
});

describe('an llm agent without a model', () => {
  const text = 'agents: { a: {} }\n';

  test('takes a local Ollama that has one', async () => {
    const { plan, said } = await load(text, { ollama: server.origin });
    expect(said).toEqual([]);
    expect(plan?.llms.get('default')).toMatchObject({
      provider: 'ollama',
      baseUrl: server.origin,
      foundBy: `Ollama at ${server.origin}`,
    });
    expect(plan?.agents.get('a')?.work).toMatchObject({ llm: 'default' });
  });

  test('is warned of where nothing of the kind answers', async () => {
    for (const origin of ['http://127.0.0.1:9', `${server.origin}/other`]) {
      const { plan, said } = await load(text, { ollama: origin });
      expect(plan?.llms.size).toBe(0);
      expect(said).toEqual([expect.stringContaining('warning: agent "a" needs a model, and none was found')]);
    }
  });

  test.each([
    ['127.0.0.1', 'http://127.0.0.1:11434'],
    ['0.0.0.0:8000', 'http://127.0.0.1:8000'],
    ['[::]', 'http://[::1]:11434'],
    ['https://ollama.example.com', 'https://ollama.example.com'],
    ['http://10.0.0.2:1/', 'http://10.0.0.2:1'],
  ])('takes OLLAMA_HOST %s as %s', async (variable, baseUrl) => {
    const { plan } = await load(text, { environment: { OLLAMA_HOST: variable } });
    expect(plan?.llms.get('default')).toMatchObject({ provider: 'ollama', baseUrl, foundBy: 'OLLAMA_HOST' });
  });

  test.each([
    [['ANTHROPIC_API_KEY', 'OPENAI_API_KEY', 'GEMINI_API_KEY', 'OLLAMA_HOST'], 'anthropic'],
    [['OPENAI_API_KEY', 'GOOGLE_API_KEY', 'OLLAMA_HOST'], 'openai'],
    [['GEMINI_API_KEY', 'OLLAMA_HOST'], 'gemini'],
    [['GOOGLE_API_KEY', 'OLLAMA_HOST'], 'gemini'],
    [['OLLAMA_HOST'], 'ollama'],
  ])('with %j takes %s', async (variables, provider) => {
    const environment = Object.fromEntries(variables.map((name) => [name, 'localhost']));
    const { plan } = await load(text, { environment });
    expect(plan?.llms.get('default')).toMatchObject({ provider, foundBy: variables[0] });
  });
});

describe('askModel', () => {
  const text = `llms:
  good: { provider: ollama, model: m }
  bad:
    provider: ollama
    model: m
agents: { a: { type: echo } }
`;
  const ask =
    (asked: string[]): LoadOptions['askModel'] =>
    async (llm) => {
      asked.push(llm.name);
      return llm.name === 'bad' ? new Failure('unauthorized', 'it answered 401') : undefined;
    };

  test('is asked for each llm of the file, and its answer stands at the llm', async () => {
    const asked: string[] = [];
    expect((await load(text, { askModel: ask(asked) })).said).toEqual(['c.yaml:3:3: it answered 401']);
    expect(asked).toEqual(['good', 'bad']);
  });

  test('is asked for a model that was found only where an agent needs it', async () => {
    const environment = { ANTHROPIC_API_KEY: 'key' };
    const asked: string[] = [];
    await load('agents: { a: { type: echo } }', { environment, askModel: ask(asked) });
    expect(asked).toEqual([]);
    await load('agents: { a: {} }', { environment, askModel: ask(asked) });
    expect(asked).toEqual(['default']);
  });

  test('is not asked while the file is wrong', async () => {
    const asked: string[] = [];
    await load(`${text}colour: red\n`, { askModel: ask(asked) });
    expect(asked).toEqual([]);
  });
});
