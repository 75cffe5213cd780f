import { expect, test } from 'vitest';
import { assign, createActor, fromPromise } from 'xstate';
import { type DealtWith, scheduleMachine, type Wait } from '../../src/triggers/schedule.machine.ts';
import { FakeClock } from '../support/fake-clock.ts';

/** A schedule that waits, and whose admissions end when the test says so. */
function waiting() {
  const clock = new FakeClock();
  const admissions: { readonly paused: boolean; readonly end: (dealtWith: DealtWith) => void }[] = [];
  const armed: Wait[] = [];
  const machine = scheduleMachine.provide({
    actions: {
      lookAhead: assign({ wait: { at: 60_000, ms: 60_000 } }),
      arm: ({ context }) => armed.push(context.wait),
    },
    actors: {
      admitDue: fromPromise(
        ({ input: { paused } }) => new Promise<DealtWith>((end) => admissions.push({ paused, end })),
      ),
    },
  });
  const input = { agent: 'a', trigger: 't', enabled: true, paused: false, lastInstant: 0 };
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
  return { armed, admissions, after, admitted };
}

const dealtWith: DealtWith = { lastInstant: 60_000, wait: { at: 120_000, ms: 60_000 } };

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
  expect(admissions.map(({ paused }) => paused)).toEqual([false, true]);
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
