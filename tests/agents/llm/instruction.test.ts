import { afterEach, expect, test } from 'vitest';
import { createAgent } from '../../../src/agents/create.ts';
import { SystemClock } from '../../../src/core/clock.ts';
import { systemRandom } from '../../../src/core/random.ts';
import { type ModelServer, startModelServer } from '../../support/model-server.ts';
import { modelSpecification, testLlm, testRun } from '../runs.ts';

let model: ModelServer;
afterEach(() => model.close());

/** The system prompt, in the format of Anthropic, of a run with this instruction. */
async function systemOf(
  instruction: string | undefined,
  triggerType: 'manual' | 'webhook',
  outputSchema?: Record<string, unknown>,
): Promise<unknown> {
  model = await startModelServer(() => ({ text: '1' }));
  const specification = modelSpecification(testLlm('anthropic', model.origin), { instruction, outputSchema });
  await createAgent(specification, { clock: new SystemClock(), random: systemRandom }).run(
    testRun({ triggerType }),
  );
  const body = model.requests[0]?.body;
  return typeof body === 'object' && body !== null && 'system' in body ? body.system : undefined;
}

test.each([[undefined], [''], [' \n']])(
  'an instruction of %j sends no system prompt',
  async (instruction) => {
    expect(await systemOf(instruction, 'manual')).toBeUndefined();
  },
);

test('an empty instruction leaves no gap above what is said of a payload and of the form of the answer', async () => {
  expect(await systemOf('', 'webhook')).toMatchObject([
    { text: expect.stringMatching(/^The message holds/) },
  ]);
  await model.close();
  expect(await systemOf('', 'manual', { type: 'integer' })).toMatchObject([
    { text: expect.stringMatching(/^Answer with nothing but/) },
  ]);
});

test('an instruction is sent as it stands', async () => {
  expect(await systemOf('Be brief.\n', 'manual')).toMatchObject([{ text: 'Be brief.\n' }]);
});
