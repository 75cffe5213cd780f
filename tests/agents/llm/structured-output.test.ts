import { afterEach, describe, expect, test } from 'vitest';
import { createAgent } from '../../../src/agents/create.ts';
import { outputCheck } from '../../../src/agents/llm/structured-output.ts';
import { SystemClock } from '../../../src/core/clock.ts';
import { fakeRandom } from '../../support/fake-random.ts';
import { type ModelServer, type Reply, startModelServer } from '../../support/model-server.ts';
import { modelSpecification, testLlm, testRun } from '../runs.ts';

const schema = {
  $schema: 'http://json-schema.org/draft-07/schema#',
  type: 'object',
  properties: { severity: { enum: ['low', 'high'] }, when: { type: 'string', format: 'date' } },
  required: ['severity'],
  additionalProperties: false,
};

let model: ModelServer;
afterEach(() => model.close());

async function run(outputSchema: Record<string, unknown>, ...replies: Reply[]) {
  model = await startModelServer((request) => replies[request.number - 1] ?? 'hang');
  const specification = modelSpecification(testLlm('anthropic', model.origin), { outputSchema });
  return createAgent(specification, { clock: new SystemClock(), random: fakeRandom() }).run(testRun());
}

describe('output.schema', () => {
  test('is told to the model, and the result is the JSON alone', async () => {
    const { output } = await run(schema, { text: '```json\n{"severity": "low"}\n```' });
    expect(output).toBe('{"severity": "low"}');
    expect(model.requests[0]?.text).toContain('additionalProperties');
  });

  test('an answer that does not fit is asked for again, once, with the error', async () => {
    const { output, usage } = await run(
      schema,
      { text: '{"severity":"medium"}' },
      { text: '{"severity":"high"}' },
    );
    expect(output).toBe('{"severity":"high"}');
    expect(usage?.steps).toBe(2);
    expect(model.requests[1]?.text).toContain('data/severity must be equal to one of the allowed values');
  });

  test('twice wrong fails', async () => {
    await expect(run(schema, { text: 'sure!' }, { text: '{"severity":"low","x":1}' })).rejects.toMatchObject({
      code: 'bad_answer',
      retryable: true,
      message: expect.stringContaining('must NOT have additional properties'),
    });
    expect(model.requests).toHaveLength(2);
  });
});

describe('outputCheck', () => {
  test.each([
    [{ type: 'integer' }, '12345678901234567890', true],
    [{ type: 'array', items: { $ref: '#/$defs/a' }, $defs: { a: { type: 'string' } } }, '["x", 1]', false],
    [{ dependencies: { a: ['b'] } }, '{"a":1}', false],
    [schema, '{"severity":"low","when":"2026-02-30"}', false],
    [{ properties: { prefixItems: { const: { unevaluatedItems: 1 } } } }, '{}', true],
  ])('%j: %s', async (given, answer, fits) => {
    model = await startModelServer(() => 'hang');
    expect('output' in (await outputCheck(given))(answer)).toBe(fits);
  });
});
