// What another file does to agents, their tasks and their triggers.
import { expect, test } from 'vitest';
import { Failure } from '../../src/core/failure.ts';
import type { Journal } from '../../src/journal/journal.ts';
import { triggerActor } from '../../src/runtime/trigger-actors.ts';
import type { WebhookAnswer } from '../../src/triggers/webhook-call.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { agents, every, heldRequest, hook, reloadable, request } from '../support/reloadable.ts';
import { HeldRuns, planOf, type TestRuntime } from '../support/runtime.ts';

/** The actors below the root, as `agent:a` with its state. */
const children = ({ runtime }: Pick<TestRuntime, 'runtime'>) =>
  Object.keys(runtime.root.getSnapshot().children).filter((id) => id.startsWith('agent:'));

test('a removed agent finishes what runs, and what waits for it is cancelled as removed', async () => {
  const runs = new HeldRuns();
  const made = await reloadable(
    agents('a: { type: echo, concurrency: 1, retry: { max_attempts: 2 } }', 'b: { type: echo }'),
    { createAgent: runs.agent },
  );
  const { runtime, clock, reload, events } = made;
  const retrying = await runtime.operations.startTask('a', 'fails');
  await clock.settle();
  runs.end(new Failure('busy', 'later', { retryable: true }));
  await clock.settle();
  const running = await runtime.operations.startTask('a', 'runs');
  const waiting = await runtime.operations.startTask('a', 'waits');
  await clock.settle();
  expect(await reload(agents('b: { type: echo }'))).toMatchObject({ added: [], removed: ['a'] });
  expect(await made.statusOf(running.id)).toEqual(['running', undefined]);
  expect(await made.statusOf(retrying.id)).toEqual(['cancelled', 'removed']);
  expect(await made.statusOf(waiting.id)).toEqual(['cancelled', 'removed']);
  expect(children(made)).toEqual(['agent:a', 'agent:b']);
  runs.end('done');
  await clock.settle();
  expect(await made.statusOf(running.id)).toEqual(['completed', undefined]);
  expect(children(made)).toEqual(['agent:b']);
  expect(events.filter(({ type }) => type === 'task.cancelled')).toHaveLength(2);
  await expect(runtime.operations.startTask('a', 'x')).rejects.toThrow('There is no agent "a"');
  await made.stop();
});

test('an agent that comes back while it drains goes on, with the limits of the new file', async () => {
  const runs = new HeldRuns();
  const made = await reloadable(agents('a: { type: echo, concurrency: 1 }', 'b: { type: echo }'), {
    createAgent: runs.agent,
  });
  const { runtime, clock, reload } = made;
  await runtime.operations.startTask('a', 'first');
  await clock.settle();
  await reload(agents('b: { type: echo }'));
  const { added } = await reload(
    agents('a: { type: echo, concurrency: 2, trigger: { type: webhook, auth: none } }', 'b: { type: echo }'),
  );
  expect(added).toEqual(['a']);
  for (const input of ['second', 'third']) await runtime.operations.startTask('a', input);
  await clock.settle();
  expect(runs.started.map(({ input }) => input)).toEqual(['first', 'second']);
  expect(runtime.triggerState('a', 'webhook')).toBe('listening');
  runs.end('done');
  await clock.settle();
  expect(runs.started.map(({ input }) => input)).toEqual(['first', 'second', 'third']);
  expect(children(made).filter((id) => id === 'agent:a')).toHaveLength(1);
  await made.stop();
});

test('a claim that is under way when its agent is removed, or comes back, loses no row', async () => {
  const runs = new HeldRuns();
  const made = await reloadable(agents('a: { type: echo }'), { createAgent: runs.agent });
  const { runtime, clock } = made;
  const without = planOf(agents('b: { type: echo }'), clock);
  const withIt = planOf(agents('a: { type: echo }', 'b: { type: echo }'), clock);
  const ids: string[] = [];
  for (let round = 0; round < 20; round += 1) {
    ids.push((await runtime.operations.startTask('a', String(round))).id);
    await Promise.all([runtime.reload(without), runtime.reload(withIt)]);
  }
  await clock.settle(20);
  while (runs.live > 0) {
    runs.end('done');
    await clock.settle();
  }
  const ends = await Promise.all(ids.map((id) => made.statusOf(id)));
  for (const end of ends) {
    expect([
      ['completed', undefined],
      ['cancelled', 'removed'],
    ]).toContainEqual(end);
  }
  expect(runs.started.length).toBe(new Set(runs.started.map(({ taskId }) => taskId)).size);
  await made.stop();
});

test.each(['claimTasks', 'recordStart'] as const)(
  'a task whose agent is removed before it runs is cancelled as removed: %s is under way',
  async (step) => {
    const runs = new HeldRuns();
    let open = () => {};
    const gate = new Promise<void>((resolve) => {
      open = resolve;
    });
    let reached = false;
    const journal = (real: Journal): Journal => ({
      ...real,
      async claimTasks(claim) {
        const tasks = await real.claimTasks(claim);
        if (step === 'claimTasks' && tasks.length > 0) {
          reached = true;
          await gate;
        }
        return tasks;
      },
      async recordStart(start) {
        const written = await real.recordStart(start);
        reached = true;
        if (step === 'recordStart') await gate;
        return written;
      },
    });
    const notified =
      'a: { type: echo, retry: { max_attempts: 2 }, notifications: [{ id: x, url: "http://receiver.test/", events: [task.started] }] }';
    const made = await reloadable(agents(notified, 'b: { type: echo }'), {
      createAgent: runs.agent,
      journal,
    });
    const { runtime, clock, reload, events } = made;
    const { id } = await runtime.operations.startTask('a', 'x');
    await expect.poll(() => reached).toBe(true);
    await reload(agents('b: { type: echo }'));
    open();
    await expect.poll(() => made.statusOf(id)).toEqual(['cancelled', 'removed']);
    expect((await runtime.journal.getTask(id))?.error).toBeUndefined();
    expect(runs.started).toEqual([]);
    await clock.settle();
    expect(events.filter(({ type }) => type === 'task.cancelled')).toMatchObject([{ taskId: id }]);
    expect(children(made)).toEqual(['agent:b']);
    await made.stop();
  },
);

test('limits, timeouts and budgets of the new file hold from then on', async () => {
  const runs = new HeldRuns();
  const made = await reloadable(agents('a: { type: echo, concurrency: 1 }'), { createAgent: runs.agent });
  const { runtime, clock, reload } = made;
  for (const input of ['1', '2', '3']) await runtime.operations.startTask('a', input);
  await clock.settle();
  expect(runs.live).toBe(1);
  await reload(agents('a: { type: echo, concurrency: 3, timeout: 5s, budget: { tasks_per_hour: 3 } }'));
  expect(runs.live).toBe(3);
  await expect(runtime.operations.startTask('a', '4')).rejects.toThrow('tasks_per_hour');
  await clock.advance(5_000);
  // The first began under the old file, and keeps the five minutes that it began with.
  expect(runs.live).toBe(1);
  await made.stop();
});

test('schedules: an unchanged one misses and repeats nothing, a changed one starts from now, a removed one ends', async () => {
  const clock = new FakeClock('2026-01-01T00:00:10Z');
  const made = await reloadable(
    agents(every('same', '* * * * *'), every('other', '0 * * * *'), every('gone', '* * * * *')),
    { clock },
  );
  const { runtime, reload } = made;
  const actor = triggerActor(runtime.root, 'same', 'schedule');
  await clock.advance(90_000);
  await reload(
    agents(
      every('same', '* * * * *', ', input: x'),
      every('other', '*/2 * * * *'),
      every('new', '* * * * *'),
    ),
  );
  for (let minute = 0; minute < 4; minute += 1) {
    await clock.advance(60_000);
    await clock.settle();
    // Nothing changes: nothing happens.
    await reload(
      agents(
        every('same', '* * * * *', ', input: x'),
        every('other', '*/2 * * * *'),
        every('new', '* * * * *'),
      ),
    );
  }
  expect(triggerActor(runtime.root, 'same', 'schedule')).toBe(actor);
  const { items } = await runtime.journal.listTasks({ limit: 100 });
  const instants = (agent: string) =>
    items
      .filter((task) => task.agent === agent)
      .map(({ scheduledAt = 0 }) => new Date(scheduledAt).getUTCMinutes())
      .sort((a, b) => a - b);
  expect(instants('same')).toEqual([1, 2, 3, 4, 5]);
  expect(instants('other')).toEqual([2, 4]);
  expect(instants('gone')).toEqual([1]);
  expect(instants('new')).toEqual([2, 3, 4, 5]);
  expect(items.filter(({ input }) => input === 'x').map(({ agent }) => agent)).toEqual(Array(4).fill('same'));
  await made.stop();
});

test('a schedule that is disabled and enabled again owes nothing for the time between', async () => {
  const clock = new FakeClock('2026-01-01T00:00:30Z');
  const made = await reloadable(agents(every('a', '* * * * *')), { clock });
  const { runtime, reload } = made;
  await reload(agents(every('a', '* * * * *', ', enabled: false')));
  expect(runtime.triggerState('a', 'schedule')).toBe('disabled');
  await clock.advance(600_000);
  await reload(agents(every('a', '* * * * *')));
  await clock.advance(60_000);
  const { items } = await runtime.journal.listTasks({ limit: 100 });
  expect(items.map(({ scheduledAt }) => scheduledAt)).toEqual([Date.parse('2026-01-01T00:11:00Z')]);
  await made.stop();
});

test('a call that is under way is dealt with by the file that it came in under', async () => {
  const made = await reloadable(agents(hook('a', ', input: old')));
  const { runtime, clock, reload } = made;
  const inputOf = async (answer: WebhookAnswer) =>
    answer.kind === 'accepted' ? (await runtime.journal.getTask(answer.taskId))?.input : undefined;
  const { release, read } = heldRequest('{}');
  const call = runtime.call('a', 'webhook', read);
  await clock.settle();
  await reload(agents(hook('a', ', input: new')));
  const next = await runtime.call('a', 'webhook', request('{}'));
  release();
  expect(await inputOf(await call)).toBe('old');
  expect(await inputOf(next)).toBe('new');
  await made.stop();
});

test('a call that is under way when its trigger is paused is turned away', async () => {
  const made = await reloadable(agents(hook('a')));
  const { runtime, clock } = made;
  const { release, read } = heldRequest('{}');
  const call = runtime.call('a', 'webhook', read);
  await clock.settle();
  await runtime.operations.pauseTrigger('a', 'webhook', true);
  release();
  expect(await call).toEqual({ kind: 'paused' });
  expect((await runtime.journal.listSkips({ limit: 10 })).items).toMatchObject([{ reason: 'paused' }]);
  await made.stop();
});

test('a call that is under way when its agent is removed leaves no task that waits for ever', async () => {
  const made = await reloadable(agents(hook('a'), 'b: { type: echo }'));
  const { runtime, clock, reload } = made;
  const { release, read } = heldRequest('{}');
  const call = runtime.call('a', 'webhook', read);
  await clock.settle();
  await reload(agents('b: { type: echo }'));
  release();
  const answer = await call;
  if (answer.kind !== 'accepted') throw new Error(answer.kind);
  await clock.settle(20);
  expect(await made.statusOf(answer.taskId)).toEqual(['cancelled', 'removed']);
  await made.stop();
});

test('a paused trigger stays paused, and a call finds its door open at every moment', async () => {
  const made = await reloadable(agents(hook('a'), every('s', '* * * * *')));
  const { runtime, clock, reload } = made;
  await runtime.operations.pauseTrigger('s', 'schedule', true);
  for (let round = 0; round < 20; round += 1) {
    const reloading = reload(
      agents(hook('a', `, input: "${round}"`), every('s', `*/${2 + (round % 2)} * * * *`)),
    );
    const answers = await Promise.all(
      Array.from({ length: 5 }, () => runtime.call('a', 'webhook', request('{}'))),
    );
    expect(answers.map(({ kind }) => kind)).toEqual(Array(5).fill('accepted'));
    await reloading;
    expect(runtime.triggerState('s', 'schedule')).toBe('paused');
  }
  await clock.settle(20);
  await made.stop();
});

test('what comes for an agent that is back is not taken for what was left of it', async () => {
  const runs = new HeldRuns();
  let gate: Promise<void> | undefined;
  const journal = (real: Journal): Journal => ({
    ...real,
    async listTasks(filter) {
      await gate;
      return real.listTasks(filter);
    },
  });
  const withIt = agents(
    'a: { type: echo, concurrency: 1, trigger: { type: webhook, auth: none } }',
    'b: { type: echo }',
  );
  const made = await reloadable(withIt, { createAgent: runs.agent, journal });
  const { runtime, clock, reload, statusOf } = made;
  const { release, read } = heldRequest('{}');
  const call = runtime.call('a', 'webhook', read);
  await clock.settle();
  await reload(agents('b: { type: echo }'));
  let open = () => {};
  gate = new Promise((resolve) => {
    open = resolve;
  });
  // Its task sets off a look at what is left, which is slow.
  release();
  await call;
  await reload(withIt);
  const { id } = await runtime.operations.startTask('a', 'new');
  await clock.settle();
  open();
  await clock.settle(20);
  expect(await statusOf(id)).toEqual(['queued', undefined]);
  await made.stop();
});
