// What the journal remembers of triggers when a reload cannot be written, and what they owe after it.
import { expect, test } from 'vitest';
import { JournalUnavailable } from '../../src/journal/errors.ts';
import type { Journal } from '../../src/journal/journal.ts';
import type { TriggerRecord } from '../../src/journal/triggers.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { agents, every, reloadable } from '../support/reloadable.ts';

const hour = 3_600_000;
const yearly = every('a', '0 0 1 1 *', ', missed: all');
const eachMinute = every('a', '* * * * *', ', missed: all');
const other = every('b', '0 0 1 1 *');

/** A runtime whose journal refuses what `refuses` says. */
async function refusing(text: string) {
  const refusal: { refuses: (triggers: readonly TriggerRecord[]) => boolean } = { refuses: () => false };
  const journal = (real: Journal): Journal => ({
    ...real,
    async saveTriggers(triggers) {
      if (refusal.refuses(triggers)) throw new JournalUnavailable('the disk is full');
      return real.saveTriggers(triggers);
    },
  });
  const made = await reloadable(text, { clock: new FakeClock('2026-06-01T12:00:30Z'), journal });
  return {
    ...made,
    refusal,
    async tasks() {
      return (await made.runtime.journal.listTasks({ limit: 500 })).items.length;
    },
  };
}

test('of a reload that cannot be written the journal remembers nothing, and a later one owes nothing for it', async () => {
  const { runtime, clock, refusal, reload, tasks, stop } = await refusing(agents(yearly));
  const before = await runtime.journal.listTriggers();
  // Of the agent that comes with the file, but not of the one that is changed in it.
  refusal.refuses = (triggers) => triggers.some(({ agent }) => agent === 'b');
  await expect(reload(agents(eachMinute, other))).rejects.toThrow('the disk is full');
  expect(await runtime.journal.listTriggers()).toEqual(before);
  refusal.refuses = () => false;
  await clock.advance(3 * hour);
  await reload(agents(eachMinute, other));
  await clock.advance(1_000);
  expect(await tasks()).toBe(0);
  await clock.advance(60_000);
  expect(await tasks()).toBe(1);
  await stop();
});

test('a trigger leaves the file only with the record of it, and owes nothing when it comes back', async () => {
  const { runtime, clock, logged, refusal, reload, tasks, stop } = await refusing(agents(eachMinute, other));
  refusal.refuses = () => true;
  await expect(reload(agents(other))).rejects.toThrow('the disk is full');
  expect([...runtime.plan.agents.keys()]).toEqual(['a', 'b']);
  await clock.advance(60_000);
  expect(await tasks()).toBe(1);
  refusal.refuses = () => false;
  await reload(agents(other));
  expect(await runtime.journal.listTriggers()).toMatchObject([
    { agent: 'a', fingerprint: 'removed' },
    { agent: 'b' },
  ]);
  // Nothing is left to write that could fail now.
  refusal.refuses = () => true;
  await clock.advance(3 * hour);
  refusal.refuses = () => false;
  await reload(agents(eachMinute, other));
  await clock.advance(1_000);
  expect(await tasks()).toBe(1);
  expect(logged.filter((line) => line.startsWith('error'))).toEqual([]);
  await stop();
});
