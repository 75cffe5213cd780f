// What is left of a program is ended in time that is not its attempt's.
import { tmpdir } from 'node:os';
import { expect, test, vi } from 'vitest';
import { commandAgent } from '../../src/agents/command.ts';
import type { CommandPlan } from '../../src/agents/specification.ts';
import { startedRuntime } from '../support/runtime.ts';

const config = `
agents:
  one: { type: echo, timeout: 3s, retry: { max_attempts: 2 } }
`;

test('a program that ended in time has succeeded, however long what it left behind takes to end', async () => {
  let exited = () => {};
  const exit = new Promise<void>((resolve) => {
    exited = resolve;
  });
  const plan: CommandPlan = {
    type: 'command',
    command: ['sh', '-c', "(trap '' TERM; exec sleep 300) & echo done"],
    cwd: tmpdir(),
    env: { PATH: process.env.PATH ?? '' },
  };
  const { runtime, clock, events } = await startedRuntime(config, {
    createAgent: () => ({
      run: (run) =>
        commandAgent(plan, { clock }).run({
          ...run,
          clearing: (work) => {
            exited();
            return run.clearing(work);
          },
        }),
    }),
  });
  const { id } = await runtime.operations.startTask('one', '');
  await exit;
  await clock.advance(60_000);
  // What is left is looked for among all processes, in real time.
  await vi.waitFor(async () =>
    expect(await runtime.journal.getTask(id)).toMatchObject({
      status: 'completed',
      result: 'done',
      attempt: 1,
    }),
  );
  expect(events.map(({ type }) => type)).toEqual(['task.queued', 'task.started', 'task.completed']);
  await runtime.stop();
});
