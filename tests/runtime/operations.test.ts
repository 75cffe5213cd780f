import { expect, test } from 'vitest';
import type { SendResult } from '../../src/notifications/send.ts';
import { startedRuntime } from '../support/runtime.ts';

const refusal: SendResult = {
  kind: 'answer',
  protocol: 'http',
  status: 400,
  retryAfter: undefined,
  answer: '',
  durationMs: 0,
};

test('a replay of all dead letters sends each once, however fast they die again', async () => {
  let sent = 0;
  const sender = {
    send: async () => {
      sent += 1;
      return refusal;
    },
    close: async () => {},
  };
  const { runtime, clock } = await startedRuntime(
    `
agents:
  one:
    type: echo
    notifications: [{ id: hook, url: "http://receiver.test/", events: [task.completed], breaker: off }]
`,
    { sender },
  );
  const dead = async () =>
    (await runtime.journal.listDeliveries({ status: 'dead', limit: 500 })).items.length;
  for (let count = 0; count < 120; count += 1) await runtime.operations.testNotification('one/hook');
  await expect.poll(dead, { timeout: 20_000 }).toBe(120);
  expect(sent).toBe(120);
  // Between two pages what was replayed dies again.
  const { journal } = runtime;
  const list = journal.listDeliveries.bind(journal);
  journal.listDeliveries = async (filter) => {
    await clock.settle(50);
    return list(filter);
  };
  expect(await runtime.operations.replayDead({ agent: 'one' })).toBe(120);
  await expect.poll(() => sent).toBe(240);
  await expect.poll(dead, { timeout: 20_000 }).toBe(120);
  await runtime.stop();
});

test('what is disabled in the file is neither fired nor paused', async () => {
  const { runtime } = await startedRuntime(
    'agents: { one: { type: echo, trigger: { type: schedule, cron: "0 3 * * *", enabled: false } } }',
  );
  const refused = { code: 'disabled', message: 'Trigger "one/schedule" is disabled in the file' };
  await expect(async () => runtime.operations.fireTrigger('one', 'schedule', 'x')).rejects.toMatchObject(
    refused,
  );
  await expect(runtime.operations.pauseTrigger('one', 'schedule', true)).rejects.toMatchObject(refused);
  await runtime.stop();
});

test('a task that cannot be started says why, and when it can', async () => {
  const { runtime } = await startedRuntime(
    `
agents:
  one: { type: echo, budget: { tasks_per_hour: 1 } }
`,
  );
  await runtime.operations.startTask('one', 'x');
  await expect(runtime.operations.startTask('one', 'y')).rejects.toMatchObject({
    code: 'budget',
    message: 'Cannot start a task of agent "one": its tasks_per_hour are used up',
    retryAfterMs: expect.any(Number),
  });
  await runtime.stop();
});

test('a replayed task keeps its concurrency key, and what has nothing to send is not replayed', async () => {
  const { runtime, clock } = await startedRuntime(`
agents:
  one:
    type: echo
    trigger: { type: webhook, auth: none }
    notifications: [{ id: hook, url: "http://receiver.test/", events: [task.completed], payload: { template: '{"n": {{ .Result }}}' } }]
`);
  const task = {
    id: 'webhook-one-1',
    agent: 'one',
    trigger: 'hook',
    triggerType: 'webhook',
    input: 'x',
  } as const;
  const queueLimit = 10;
  await runtime.journal.admitTask({ task: { ...task, createdAt: clock.now(), group: 'key:a' }, queueLimit });
  expect((await runtime.operations.replayTask(task.id)).group).toBe('key:a');
  const scheduled = { ...task, id: 'webhook-one-2', createdAt: clock.now(), group: 'schedule:s' };
  await runtime.journal.admitTask({ task: scheduled, queueLimit });
  expect((await runtime.operations.replayTask(scheduled.id)).group).toBeUndefined();

  await clock.settle(20);
  const { items } = await runtime.journal.listDeliveries({ limit: 10 });
  expect(items.map(({ status }) => status)).toContain('dead');
  expect(await runtime.operations.replayDead({})).toBe(0);
  await runtime.stop();
});
