import { expect, test } from 'vitest';
import { createActor, fromCallback, fromPromise } from 'xstate';
import { Failure } from '../../src/core/failure.ts';
import { JournalUnavailable } from '../../src/journal/errors.ts';
import type { TaskRecord } from '../../src/journal/tasks.ts';
import { aftermathMachine } from '../../src/tasks/aftermath.machine.ts';
import type { AttemptEnd } from '../../src/tasks/attempt.ts';
import { eventOf } from '../../src/tasks/attempt.ts';
import { type Claimed, taskSupervisorMachine } from '../../src/tasks/supervisor.machine.ts';
import { type AbortRun, taskMachine } from '../../src/tasks/task.machine.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { taskRecord } from './task-record.ts';

const task = (id: string) => taskRecord({ id });

/** A supervisor whose first claim is handed over when the test says so, and whose runs end when aborted. */
function supervised() {
  const clock = new FakeClock();
  const claims: ((tasks: readonly TaskRecord[]) => void)[] = [];
  const ends: AttemptEnd[] = [];
  const requeued: string[] = [];
  const withdrawn: unknown[] = [];
  const machine = taskSupervisorMachine.provide({
    actors: {
      claim: fromPromise(async ({ input }): Promise<Claimed> => {
        const limit = input.free();
        const tasks = await new Promise<readonly TaskRecord[]>((resolve) => claims.push(resolve));
        return { tasks, more: tasks.length >= limit };
      }),
      aftermath: aftermathMachine.provide({
        actors: { withdraw: fromPromise(async ({ input }) => void withdrawn.push(input)) },
      }),
      task: taskMachine.provide({
        actors: {
          recordStart: fromPromise(async () => {}),
          runAgent: fromCallback<AbortRun, { task: TaskRecord }>(({ receive, sendBack }) => {
            const failure = new Failure('aborted', 'aborted');
            receive(() => sendBack({ type: 'run.failed', failure, notes: undefined }));
          }),
          record: fromPromise(async ({ input }) => {
            ends.push(input.end);
            const end = { status: 'cancelled', reason: 'x' } as const;
            return { status: 'cancelled', released: false, event: eventOf(input.task, end, 0) };
          }),
          requeue: fromPromise(async ({ input }) => void requeued.push(input.task.id)),
        },
      }),
    },
  });
  const actor = createActor(machine, { clock, input: { agent: 'a', concurrency: 2, timeout: 1_000 } });
  actor.subscribe({ error: () => {} });
  actor.start();
  return { actor, clock, claims, ends, requeued, withdrawn };
}

test('a cancel that comes while its row is being claimed reaches the task', async () => {
  const { actor, clock, claims, ends } = supervised();
  actor.send({ type: 'task.cancel', taskId: 't', reason: 'operator' });
  claims[0]?.([task('t')]);
  await clock.settle();
  expect(ends).toEqual([{ kind: 'cancelled', reason: 'operator', notes: undefined }]);
  expect(Object.keys(actor.getSnapshot().children)).not.toContain('task.1');
  actor.stop();
});

test('a task that is claimed with the wish to cancel it does not run', async () => {
  const { actor, clock, claims, ends } = supervised();
  claims[0]?.([taskRecord({ id: 't', cancelReason: 'replaced' })]);
  await clock.settle();
  expect(ends).toEqual([{ kind: 'cancelled', reason: 'replaced', notes: undefined }]);
  actor.stop();
});

test('a drain that comes while claiming is for good, and what was claimed goes back', async () => {
  const { actor, clock, claims, requeued } = supervised();
  actor.send({ type: 'drain' });
  actor.send({ type: 'pause' });
  actor.send({ type: 'resume' });
  actor.send({ type: 'release' });
  claims[0]?.([task('t'), task('u')]);
  await clock.settle();
  expect(requeued).toEqual(['t', 'u']);
  expect(actor.getSnapshot().value).toBe('stopped');
  expect(clock.pending).toBe(0);
});

test('a cancel of what a claim did not bring in the end is not forgotten', async () => {
  const { actor, clock, claims, withdrawn } = supervised();
  actor.send({ type: 'task.cancel', taskId: 'late', reason: 'operator' });
  claims[0]?.([task('t')]);
  await clock.settle();
  expect(withdrawn).toEqual([{ taskId: 'late', reason: 'operator' }]);
  expect(actor.getSnapshot().context).toMatchObject({ live: 1 });
  actor.stop();
});

test('slots that become free while a claim is under way are filled as well', async () => {
  const { actor, clock, claims } = supervised();
  claims[0]?.([task('t'), task('u')]);
  await clock.settle();
  actor.send({ type: 'task.cancel', taskId: 't', reason: 'x' });
  await clock.settle();
  actor.send({ type: 'task.cancel', taskId: 'u', reason: 'x' });
  await clock.settle();
  // The second claim asked for one, and another slot has become free since.
  claims[1]?.([task('v')]);
  await clock.settle();
  expect(claims).toHaveLength(3);
  actor.stop();
});

const defect = () => {
  throw new Error('a defect of ours');
};

test.each([
  ['its very first step', { guards: { isUnnoticed: defect } }],
  ['the start of its run', { actions: { begin: defect } }],
])('a task whose actor fails in %s is rescued', async (_where, broken) => {
  const rescued: string[] = [];
  const machine = taskSupervisorMachine.provide({
    actors: {
      claim: fromPromise(async ({ input: { free } }): Promise<Claimed> => {
        const isFirst = rescued.length === 0 && free() === 1;
        return { tasks: isFirst ? [task('broken')] : [], more: false };
      }),
      aftermath: aftermathMachine.provide({
        actors: { rescue: fromPromise(async ({ input }) => void rescued.push(input.task.id)) },
      }),
      task: taskMachine.provide({ ...broken, actors: { recordStart: fromPromise(async () => {}) } }),
    },
  });
  const clock = new FakeClock();
  const actor = createActor(machine, { clock, input: { agent: 'a', concurrency: 1, timeout: 1_000 } });
  actor.subscribe({ error: () => {} });
  actor.start();
  await clock.settle(10);
  expect(rescued).toEqual(['broken']);
  expect(actor.getSnapshot()).toMatchObject({ status: 'active', context: { live: 0 } });
  actor.stop();
});

test('a task whose actor fails is rescued, however often that is tried, and its place is free again', async () => {
  const clock = new FakeClock();
  const rescued: string[] = [];
  const withdrawn: unknown[] = [];
  let tries = 0;
  let claims = 0;
  const machine = taskSupervisorMachine.provide({
    actors: {
      claim: fromPromise(async (): Promise<Claimed> => {
        claims += 1;
        return { tasks: claims === 1 ? [task('broken')] : [], more: false };
      }),
      aftermath: aftermathMachine.provide({
        actors: {
          rescue: fromPromise(async ({ input }) => {
            tries += 1;
            if (tries <= 3) throw new JournalUnavailable('disk full');
            rescued.push(input.task.id);
          }),
          withdraw: fromPromise(async ({ input }) => void withdrawn.push(input)),
        },
      }),
      task: taskMachine.provide({
        actors: {
          recordStart: fromPromise(async () => {}),
          runAgent: fromCallback<AbortRun, { task: TaskRecord }>(defect),
        },
      }),
    },
  });
  const actor = createActor(machine, { clock, input: { agent: 'a', concurrency: 1, timeout: 1_000 } });
  actor.subscribe({ error: () => {} });
  actor.start();
  // The journal cannot write for a while: tried again after 1, 2 and 4 seconds.
  await clock.advance(6_999);
  actor.send({ type: 'task.cancel', taskId: 'broken', reason: 'operator' });
  expect([tries, rescued, actor.getSnapshot().context.live]).toEqual([3, [], 1]);
  await clock.advance(1);
  expect(rescued).toEqual(['broken']);
  // A cancel that came meanwhile is not forgotten.
  expect(withdrawn).toEqual([{ taskId: 'broken', reason: 'operator' }]);
  expect(actor.getSnapshot()).toMatchObject({ status: 'active', context: { live: 0 } });
  expect(Object.keys(actor.getSnapshot().children)).toEqual([]);
  expect(claims).toBeGreaterThan(1);
});

test('a stop gives up the rescue of a task while the journal cannot write', async () => {
  const clock = new FakeClock();
  const given: string[] = [];
  let claims = 0;
  let tries = 0;
  const machine = taskSupervisorMachine.provide({
    actors: {
      claim: fromPromise(async (): Promise<Claimed> => {
        claims += 1;
        return { tasks: claims === 1 ? [task('broken')] : [], more: false };
      }),
      aftermath: aftermathMachine.provide({
        actions: { tellUnrecorded: ({ context }) => void given.push(context.taskId) },
        actors: {
          rescue: fromPromise(() => {
            tries += 1;
            return Promise.reject<void>(new JournalUnavailable('disk full'));
          }),
        },
      }),
      task: taskMachine.provide({
        actors: {
          recordStart: fromPromise(async () => {}),
          runAgent: fromCallback<AbortRun, { task: TaskRecord }>(defect),
        },
      }),
    },
  });
  const actor = createActor(machine, { clock, input: { agent: 'a', concurrency: 1, timeout: 1_000 } });
  actor.start();
  // By now it is tried each half minute: the stop does not wait for that.
  await clock.advance(70_000);
  actor.send({ type: 'drain' });
  const before = tries;
  actor.send({ type: 'release' });
  await clock.advance(3_999);
  expect([actor.getSnapshot().value, given]).toEqual(['draining', []]);
  await clock.advance(1);
  expect([actor.getSnapshot().value, given, tries - before]).toEqual(['stopped', ['broken'], 5]);
});
