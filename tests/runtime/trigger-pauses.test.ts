// An operator's pause of a trigger against whatever else changes what is remembered of it at the same time.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Journal } from '../../src/journal/journal.ts';
import type { Runtime } from '../../src/runtime/runtime.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { agents, every } from '../support/reloadable.ts';
import { planOf, startedRuntime, testRuntime } from '../support/runtime.ts';

const hour = 3_600_000;
const files = [agents(every('s', '0 * * * *')), agents(every('s', '30 * * * *'))] as const;
const pause = (runtime: Runtime, paused: boolean) => runtime.operations.pauseTrigger('s', 'schedule', paused);

const remembered = async (runtime: Runtime) => {
  const [record] = await runtime.journal.listTriggers();
  return { paused: record?.paused, fingerprint: record?.fingerprint };
};

test('the last pause or resume stands, and so does the last file, whatever the order of their commits', async () => {
  const steps = fc.array(fc.constantFrom('pause', 'resume', 'first file', 'second file'), {
    minLength: 2,
    maxLength: 6,
  });
  const property = fc.asyncProperty(fc.scheduler(), steps, async (scheduler, steps) => {
    const clock = new FakeClock();
    let gates = false;
    const journal = (real: Journal): Journal => ({
      ...real,
      async listTriggers() {
        const found = await real.listTriggers();
        return gates ? scheduler.schedule(Promise.resolve(found), 'listTriggers') : found;
      },
      async saveTriggers(triggers) {
        if (gates) await scheduler.schedule(Promise.resolve(), 'saveTriggers');
        return real.saveTriggers(triggers);
      },
    });
    const plans = { 'first file': planOf(files[0], clock), 'second file': planOf(files[1], clock) };
    const { runtime } = await startedRuntime(files[0], { clock, journal });
    gates = true;
    const over = Promise.all(
      steps.map((step) => {
        if (step === 'pause' || step === 'resume') return pause(runtime, step === 'pause');
        return runtime.reload(plans[step]);
      }),
    );
    await scheduler.waitFor(over);
    gates = false;
    const paused = steps.findLast((step) => step === 'pause' || step === 'resume') === 'pause';
    const file = steps.findLast((step) => step === 'first file' || step === 'second file') ?? 'first file';
    const [trigger] = plans[file].agents.get('s')?.triggers ?? [];
    expect(await remembered(runtime)).toEqual({
      paused,
      fingerprint: trigger?.type === 'schedule' ? trigger.fingerprint : undefined,
    });
    expect(runtime.triggerState('s', 'schedule')).toBe(paused ? 'paused' : 'waiting');
    await runtime.stop();
  });
  await fc.assert(property, { numRuns: 100 });
}, 60_000);

test('a pause that is asked for while the runtime recovers holds', async () => {
  let open = () => {};
  const gate = new Promise<void>((resolve) => {
    open = resolve;
  });
  let asked = () => {};
  const read = new Promise<void>((resolve) => {
    asked = resolve;
  });
  const journal = (real: Journal): Journal => ({
    ...real,
    async endpointsWithWork() {
      asked();
      await gate;
      return real.endpointsWithWork();
    },
  });
  const { runtime, clock } = testRuntime(files[0], { journal });
  const starting = runtime.start();
  await read;
  const pausing = pause(runtime, true);
  await clock.settle();
  open();
  await Promise.all([starting, pausing]);
  expect(runtime.triggerState('s', 'schedule')).toBe('paused');
  expect(await remembered(runtime)).toMatchObject({ paused: true });
  await runtime.stop();
});

test('a pause holds that comes while a schedule is put right whose last instant is far ahead', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'callboard-'));
  try {
    const clock = new FakeClock('2026-06-01T11:59:30Z');
    const path = join(folder, 'journal.db');
    const before = await startedRuntime(files[0], { clock, path });
    await clock.advance(hour);
    await before.runtime.stop();
    clock.setWall('2020-01-01T00:15:00Z');
    let gate: Promise<void> | undefined;
    let open = () => {};
    const journal = (real: Journal): Journal => ({
      ...real,
      async listTriggers() {
        const found = await real.listTriggers();
        await gate;
        return found;
      },
    });
    const { runtime } = await startedRuntime(files[0], { clock, path, journal });
    await clock.advance(hour - 1);
    gate = new Promise((resolve) => {
      open = resolve;
    });
    // The next look reads the records and waits there.
    await clock.advance(1);
    gate = undefined;
    const pausing = pause(runtime, true);
    await clock.settle();
    open();
    await pausing;
    await clock.settle();
    const [record] = await runtime.journal.listTriggers();
    expect(record).toMatchObject({ paused: true, lastInstant: clock.now() });
    expect(runtime.triggerState('s', 'schedule')).toBe('paused');
    await runtime.stop();
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

test.each(['pause first', 'reload first'])(
  'a pause of a notification holds beside a reload of it: %s',
  async (order) => {
    const file = (failures: number) =>
      agents(
        `a: { type: echo, notifications: [{ id: x, url: "http://receiver.test/", events: [task.completed], breaker: { failures: ${failures} } }] }`,
      );
    const { runtime, clock } = await startedRuntime(file(1));
    const changes = [
      () => runtime.operations.pauseNotification('a/x', true),
      () => runtime.reload(planOf(file(2), clock)),
    ];
    if (order === 'reload first') changes.reverse();
    await Promise.all(changes.map((change) => change()));
    expect(await runtime.journal.getEndpoint('a/x')).toMatchObject({ paused: 'operator' });
    await runtime.operations.testNotification('a/x');
    await clock.settle(20);
    expect(await runtime.journal.getEndpoint('a/x')).toMatchObject({ paused: 'operator' });
    const { items } = await runtime.journal.listDeliveries({ limit: 5 });
    expect(items.map(({ status }) => status)).toEqual(['pending']);
    const stopping = runtime.stop();
    await clock.advance(60_000);
    await stopping;
  },
);
