import { expect, test } from 'vitest';
import { Vitals } from '../../src/http/vitals.ts';
import { JournalUnavailable } from '../../src/journal/errors.ts';
import type { Journal } from '../../src/journal/journal.ts';
import { testRuntime } from '../support/runtime.ts';

/** A runtime in memory whose journal can be made to fail, and what watches over it. */
async function watched() {
  let broken = false;
  let probes = 0;
  const journal = (real: Journal): Journal => ({
    ...real,
    probe: (now) => {
      probes += 1;
      return broken ? Promise.reject(new JournalUnavailable('the disk is full')) : real.probe(now);
    },
  });
  const { runtime, clock } = testRuntime('journal: { path: / }\nagents: { a: { type: echo } }', {
    journal,
  });
  const logged: string[] = [];
  const log = (message: string) => void logged.push(message);
  const vitals = new Vitals(runtime, { debug: log, info: log, warn: log, error: log });
  return {
    runtime,
    clock,
    vitals,
    logged,
    probes: () => probes,
    break: (how: boolean) => {
      broken = how;
    },
  };
}

test('nothing is taken before the start is over, nor once it stops', async () => {
  const { runtime, clock, vitals } = await watched();
  expect(vitals.trouble).toBe('the runtime is starting');
  // Somebody has asked it for a task, say. That is no fault that it would have to recover from.
  vitals.report(new JournalUnavailable('it is not open yet'));
  await runtime.start();
  await clock.settle();
  expect(vitals.trouble).toBeUndefined();
  await runtime.stop();
  expect(vitals.trouble).toBe('the runtime is stopped');
});

test('a journal that fails is said once, found by itself, and found well by itself', async () => {
  const made = await watched();
  const { runtime, clock, vitals, logged } = made;
  await runtime.start();
  vitals.start();
  // A look asks the disk too, which no clock of ours moves.
  const later = async () => {
    await clock.advance(5_000);
    return vitals.trouble;
  };
  made.break(true);
  await expect.poll(later).toBe('the journal cannot write: the disk is full');
  vitals.report(new JournalUnavailable('the disk is full'));
  made.break(false);
  await expect.poll(later).toBeUndefined();
  expect(logged).toEqual(['no new work is taken', 'new work is taken again']);
  vitals.report(new JournalUnavailable('the disk is full'));
  expect(logged.at(-1)).toBe('no new work is taken');
  vitals.stop();
  await runtime.stop();
});

test('those who ask at one time share one look', async () => {
  const { runtime, vitals, probes } = await watched();
  await runtime.start();
  const before = probes();
  await Promise.all(Array.from({ length: 100 }, () => vitals.check()));
  expect(probes()).toBe(before + 1);
  await runtime.stop();
});
