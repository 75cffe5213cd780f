import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  createActor,
  fromCallback,
  fromPromise,
  getNextSnapshot,
  initialTransition,
  transition,
} from 'xstate';
import { Failure } from '../../src/core/failure.ts';
import { JournalUnavailable, StaleFence } from '../../src/journal/errors.ts';
import type { TaskRecord } from '../../src/journal/tasks.ts';
import { type AttemptEnd, eventOf, outcomeOf } from '../../src/tasks/attempt.ts';
import { type AbortRun, type RunEnd, type RunPhase, taskMachine } from '../../src/tasks/task.machine.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { fakeRandom } from '../support/fake-random.ts';
import { taskRecord } from './task-record.ts';

const task = taskRecord();

const retry = { maxAttempts: 2, initialDelay: 1_000, maxDelay: 30_000 };

/** A task whose agent and journal do what the test says. */
function started(options: { failRecords?: unknown[]; abortEnds?: boolean } = {}) {
  const clock = new FakeClock();
  const recorded: AttemptEnd[] = [];
  const emitted: string[] = [];
  const failures = [...(options.failRecords ?? [])];
  let requeued = 0;
  let aborts = 0;
  let report: (event: RunEnd | RunPhase) => void = () => {};
  const machine = taskMachine.provide({
    actors: {
      recordStart: fromPromise(async () => {}),
      runAgent: fromCallback<AbortRun, { task: TaskRecord }>(({ sendBack, receive }) => {
        report = sendBack;
        receive(() => {
          aborts += 1;
          const failure = new Failure('aborted', 'told to end');
          if (options.abortEnds !== false) sendBack({ type: 'run.failed', failure, notes: undefined });
        });
      }),
      record: fromPromise(async ({ input }) => {
        const failure = failures.shift();
        if (failure !== undefined) throw failure;
        recorded.push(input.end);
        const end = outcomeOf(input.end, input.task.attempt, {
          retry,
          now: clock.now(),
          random: fakeRandom(),
        });
        return { status: end.status, released: false, event: eventOf(input.task, end, clock.now()) };
      }),
      requeue: fromPromise(async () => {
        requeued += 1;
      }),
    },
  });
  const actor = createActor(machine, { clock, input: { task, timeout: 60_000 } });
  actor.on('*', ({ type }) => emitted.push(type));
  actor.start();
  return {
    actor,
    clock,
    recorded,
    emitted,
    get requeued() {
      return requeued;
    },
    get aborts() {
      return aborts;
    },
    report: (event: RunEnd | RunPhase) => report(event),
  };
}

const completed: RunEnd = { type: 'run.completed', output: 'done', notes: undefined };
const failed = (retryable: boolean): RunEnd => ({
  type: 'run.failed',
  failure: new Failure('broken', 'it broke', { retryable }),
  notes: undefined,
});

describe('the task machine, step by step', () => {
  test('starts by writing its start, and a cancel before that is not forgotten', () => {
    const [first] = initialTransition(taskMachine, { task, timeout: 1_000 });
    expect(first.value).toEqual({ starting: 'committing' });
    const [second] = transition(taskMachine, first, { type: 'task.cancel', reason: 'operator' });
    expect(second.context).toMatchObject({ stop: 'cancel', stopReason: 'operator' });
    expect(getNextSnapshot(taskMachine, second, { type: 'task.release' }).context.stop).toBe('cancel');
  });
});

describe('a task', () => {
  test('runs, is recorded once, and tells of its start and its end', async () => {
    const it = started();
    await it.clock.settle();
    expect(it.actor.getSnapshot().value).toEqual({ running: 'working' });
    it.report(completed);
    await it.clock.settle();
    expect(it.actor.getSnapshot().value).toBe('completed');
    expect(it.recorded).toEqual([{ kind: 'completed', output: 'done', notes: undefined }]);
    expect(it.emitted).toEqual(['task.started', 'task.completed']);
  });

  test.each([
    [true, 'retrying', 'task.retrying'],
    [false, 'failed', 'task.failed'],
  ])('that fails with retryable %s ends as %s', async (retryable, state, event) => {
    const it = started();
    await it.clock.settle();
    it.report(failed(retryable));
    await it.clock.settle();
    expect(it.actor.getSnapshot().value).toBe(state);
    expect(it.emitted.at(-1)).toBe(event);
  });

  test('is told to end at its timeout, and given up when it does not', async () => {
    const it = started({ abortEnds: false });
    await it.clock.advance(59_999);
    expect(it.aborts).toBe(0);
    await it.clock.advance(1);
    expect(it.aborts).toBe(1);
    expect(it.actor.getSnapshot().value).toEqual({ running: 'cancelling' });
    await it.clock.advance(15_000);
    expect(it.recorded).toEqual([{ kind: 'timeout', timeout: 60_000, notes: undefined }]);
    expect(it.actor.getSnapshot().value).toBe('retrying');
  });

  test('takes no time of its attempt to end what a program left behind', async () => {
    const it = started();
    await it.clock.settle();
    it.report({ type: 'run.clearing' });
    await it.clock.advance(70_000);
    expect(it.actor.getSnapshot().value).toEqual({ running: 'clearing' });
    it.report({ type: 'run.working' });
    await it.clock.advance(59_999);
    it.report({ type: 'run.clearing' });
    await it.clock.advance(70_000);
    it.report(completed);
    await it.clock.settle();
    expect(it.aborts).toBe(0);
    expect(it.actor.getSnapshot().value).toBe('completed');
  });

  test('has its whole timeout when that was ended, and is cancelled during it', async () => {
    const [late, cancelled] = [started(), started()];
    for (const { clock } of [late, cancelled]) await clock.settle();
    for (const { report } of [late, cancelled]) report({ type: 'run.clearing' });
    late.report({ type: 'run.working' });
    await late.clock.advance(60_000);
    expect(late.recorded).toEqual([{ kind: 'timeout', timeout: 60_000, notes: undefined }]);
    cancelled.actor.send({ type: 'task.cancel', reason: 'operator' });
    await cancelled.clock.settle();
    expect([cancelled.aborts, cancelled.actor.getSnapshot().value]).toEqual([1, 'cancelled']);
  });

  test('holds its end while the journal cannot write', async () => {
    const it = started({ failRecords: [new JournalUnavailable('full'), new JournalUnavailable('full')] });
    await it.clock.settle();
    it.report(completed);
    await it.clock.settle();
    expect(it.actor.getSnapshot().value).toEqual({ recording: 'holding' });
    expect(it.emitted).toEqual(['task.started']);
    await it.clock.advance(2_000);
    expect(it.actor.getSnapshot().value).toBe('completed');
    expect(it.recorded).toHaveLength(1);
  });

  test.each([
    ['was told to release', 'task.release'],
    ['is cancelled as well', 'task.cancel'],
  ])('that %s gives up its end after five more tries, and wants nothing more', async (_, type) => {
    const it = started({ failRecords: Array(20).fill(new JournalUnavailable('full')) });
    await it.clock.settle();
    it.report(completed);
    await it.clock.advance(10_000);
    if (type === 'task.cancel') it.actor.send({ type, reason: 'operator' });
    it.actor.send({ type: 'task.release' });
    await it.clock.advance(4_999);
    expect(it.actor.getSnapshot().value).toEqual({ recording: 'holding' });
    await it.clock.advance(1);
    expect(it.actor.getSnapshot()).toMatchObject({
      value: 'unrecorded',
      output: { released: false, cancel: undefined },
    });
    expect([it.emitted, it.recorded]).toEqual([['task.started'], []]);
  });

  test('whose claim came after the release gives up its return to the queue', async () => {
    const clock = new FakeClock();
    const actor = createActor(
      taskMachine.provide({
        actors: {
          recordStart: fromPromise(async () => {}),
          requeue: fromPromise(() => Promise.reject<void>(new JournalUnavailable('full'))),
        },
      }),
      { clock, input: { task, timeout: 60_000, releasing: true } },
    );
    actor.start();
    await clock.advance(4_000);
    expect(actor.getSnapshot().value).toBe('unrecorded');
  });

  test('that lost its claim tells nothing', async () => {
    const it = started({ failRecords: [new StaleFence('the task')] });
    await it.clock.settle();
    it.report(completed);
    await it.clock.settle();
    expect(it.actor.getSnapshot().value).toBe('lost');
    expect(it.emitted).toEqual(['task.started']);
  });

  test('that completes while it is told to release is recorded, not run again', async () => {
    const it = started({ abortEnds: false });
    await it.clock.settle();
    it.actor.send({ type: 'task.release' });
    it.report(completed);
    await it.clock.settle();
    expect(it.actor.getSnapshot().value).toBe('completed');
    expect(it.requeued).toBe(0);
  });

  test('that is cancelled before its agent starts never starts it', async () => {
    const it = started();
    it.actor.send({ type: 'task.cancel', reason: 'operator' });
    await it.clock.settle();
    expect(it.actor.getSnapshot().value).toBe('cancelled');
    expect(it.aborts).toBe(0);
  });

  test('ends in exactly one way, whatever comes in whatever order', async () => {
    const step = fc.oneof(
      fc.constantFrom(
        'complete',
        'fail',
        'fail for good',
        'run.clearing',
        'run.working',
        'cancel',
        'release',
        'settle',
      ),
      fc.integer({ min: 1, max: 90_000 }),
    );
    const property = fc.asyncProperty(
      fc.array(step, { maxLength: 12 }),
      fc.array(fc.constantFrom('full', 'stale'), { maxLength: 2 }),
      fc.boolean(),
      async (steps, failures, abortEnds) => {
        const failRecords = failures.map((why) =>
          why === 'full' ? new JournalUnavailable(why) : new StaleFence('it'),
        );
        const it = started({ failRecords, abortEnds });
        for (const step of steps) {
          if (typeof step === 'number') await it.clock.advance(step);
          else if (step === 'settle') await it.clock.settle(1);
          else if (step === 'cancel')
            it.actor.getSnapshot().status === 'active' && it.actor.send({ type: 'task.cancel', reason: 'x' });
          else if (step === 'release')
            it.actor.getSnapshot().status === 'active' && it.actor.send({ type: 'task.release' });
          else if (!it.actor.getSnapshot().matches('running')) continue;
          else if (step === 'run.clearing' || step === 'run.working') it.report({ type: step });
          else it.report(step === 'complete' ? completed : failed(step === 'fail'));
        }
        // What a program left behind is gone within seconds.
        it.report({ type: 'run.working' });
        await it.clock.advance(200_000);
        const { value, status } = it.actor.getSnapshot();
        expect(status).toBe('done');
        const ends = it.emitted.filter((type) => type !== 'task.started');
        const terminal = ['completed', 'failed', 'cancelled', 'retrying'].includes(String(value));
        // Recorded once and told once; or given back once; or lost, and silent.
        expect(ends).toEqual(terminal ? [`task.${String(value)}`] : []);
        expect(it.recorded).toHaveLength(terminal ? 1 : 0);
        expect(it.requeued).toBe(value === 'released' ? 1 : 0);
        expect(it.clock.pending).toBe(0);
      },
    );
    await fc.assert(property, { numRuns: 60 });
  });
});
