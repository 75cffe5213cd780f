import { expect, test } from 'vitest';
import { assign, createActor, fromPromise } from 'xstate';
import { errorMessage } from '../../src/core/failure.ts';
import {
  type AdmitInput,
  type DealtWith,
  scheduleMachine,
  type Wait,
} from '../../src/triggers/schedule.machine.ts';
import { FakeClock } from '../support/fake-clock.ts';

/** A schedule that waits, and whose admissions end when the test says so. */
function waiting() {
  const clock = new FakeClock();
  const admissions: { readonly input: AdmitInput; readonly end: (dealtWith: DealtWith) => void }[] = [];
  const told: string[] = [];
  const armed: Wait[] = [];
  const machine = scheduleMachine.provide({
    actions: {
      lookAhead: assign({ wait: { at: 60_000, ms: 60_000 } }),
      arm: ({ context }) => armed.push(context.wait),
      tellHold: (_, { error }) => told.push(errorMessage(error)),
    },
    actors: {
      admitDue: fromPromise(({ input }) => new Promise<DealtWith>((end) => admissions.push({ input, end }))),
    },
  });
  const input = {
    agent: 'a',
    trigger: 't',
    enabled: true,
    paused: false,
    lastInstant: 0,
    pausedUntil: undefined,
  };
  const actor = createActor(machine, { clock, input }).start();
  const after = async (event: Parameters<typeof actor.send>[0]) => {
    actor.send(event);
    await clock.settle();
  };
  const admitted = async (dealtWith: DealtWith) => {
    admissions.at(-1)?.end(dealtWith);
    await clock.settle();
    return actor.getSnapshot().value;
  };
  return { clock, actor, told, armed, admissions, after, admitted };
}

const dealtWith: DealtWith = { lastInstant: 60_000, wait: { at: 120_000, ms: 60_000 }, trouble: undefined };

test('what was admitted is followed by the wait that came with it', async () => {
  const { armed, after, admitted } = waiting();
  await after({ type: 'wait.over' });
  expect(await admitted(dealtWith)).toBe('waiting');
  expect(armed).toEqual([{ at: 60_000, ms: 60_000 }, dealtWith.wait]);
});

test('a pause that comes during an admission holds after it, and what comes meanwhile is recorded', async () => {
  const { armed, admissions, after, admitted } = waiting();
  await after({ type: 'wait.over' });
  await after({ type: 'pause', at: 1 });
  expect(await admitted(dealtWith)).toBe('paused');
  expect(armed).toHaveLength(1);
  await after({ type: 'resume', at: 2 });
  expect(admissions.map(({ input }) => input.pausedUntil)).toEqual([undefined, 2]);
  expect(await admitted(dealtWith)).toBe('waiting');
});

test('a pause that is taken back during an admission leaves nothing behind', async () => {
  const { armed, after, admitted } = waiting();
  await after({ type: 'wait.over' });
  await after({ type: 'pause', at: 1 });
  await after({ type: 'resume', at: 2 });
  expect(await admitted(dealtWith)).toBe('waiting');
  expect(armed).toHaveLength(2);
});

/** Dealt with up to here, and stuck there. */
const stuck: DealtWith = { lastInstant: 30_000, wait: undefined, trouble: new Error('the queue is full') };

test('what was dealt with before the trouble is not dealt with again', async () => {
  const { clock, told, admissions, after, admitted } = waiting();
  await after({ type: 'wait.over' });
  expect(await admitted(stuck)).toEqual({ admitting: 'holding' });
  await clock.advance(1_000);
  expect(admissions.map(({ input }) => input.lastInstant)).toEqual([0, 30_000]);
  expect(told).toEqual(['the queue is full']);
  expect(await admitted(dealtWith)).toBe('waiting');
});

test('what a pause finds held waits for the resume, and is recorded as paused then', async () => {
  const { clock, admissions, after, admitted } = waiting();
  await after({ type: 'wait.over' });
  await admitted(stuck);
  await after({ type: 'pause', at: 40_000 });
  await clock.advance(10_000);
  expect(admissions).toHaveLength(1);
  await after({ type: 'resume', at: 50_000 });
  expect(admissions.at(-1)?.input).toMatchObject({ lastInstant: 30_000, pausedUntil: 50_000 });
  // While it is held again the end of the pause does not move.
  await admitted(stuck);
  await clock.advance(60_000);
  expect(admissions.at(-1)?.input).toMatchObject({ lastInstant: 30_000, pausedUntil: 50_000 });
});

test('an admission can ask whether it is paused meanwhile', async () => {
  const { admissions, after } = waiting();
  await after({ type: 'wait.over' });
  expect(admissions[0]?.input.isPaused()).toBe(false);
  await after({ type: 'pause', at: 1 });
  expect(admissions[0]?.input.isPaused()).toBe(true);
});
