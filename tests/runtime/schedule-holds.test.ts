// Instants that cannot be dealt with when they come: they are held, told of once, and neither lost nor told twice.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { FakeClock } from '../support/fake-clock.ts';
import { HeldRuns, planOf, startedRuntime, type TestRuntimeOptions } from '../support/runtime.ts';

const minute = 60_000;
const hour = 60 * minute;

const worker = (trigger: string, queue = 100) => `
limits: { queue: ${queue} }
agents:
  worker: { type: echo, timeout: 7d, concurrency: 1, trigger: { type: schedule, ${trigger} } }
`;

/** A runtime whose runs end when the test says so, half a minute before noon. */
async function held(yaml: string, options: TestRuntimeOptions = {}) {
  const runs = new HeldRuns();
  const made = await startedRuntime(yaml, {
    clock: new FakeClock('2026-06-01T11:59:30Z'),
    createAgent: runs.agent,
    ...options,
  });
  const { runtime, clock } = made;
  const time = (at: number) => new Date(at).toISOString().slice(11, 19);
  return {
    ...made,
    async end() {
      runs.end('done');
      await clock.advance(2_000);
    },
    /** One task that runs and one that waits, of nobody's schedule. */
    async fillQueue() {
      for (const input of ['runs', 'waits']) {
        await runtime.operations.startTask('worker', input);
        await clock.settle();
      }
    },
    async tasks() {
      const { items } = await runtime.journal.listTasks({ limit: 200 });
      return items
        .filter(({ scheduledAt }) => scheduledAt !== undefined)
        .map(({ scheduledAt = 0, status }) => `${time(scheduledAt)} ${status}`)
        .sort();
    },
    async skips() {
      const { items } = await runtime.journal.listSkips({ limit: 200 });
      return items.map(({ at, reason, count }) => `${time(at)} ${reason} ${count}`).sort();
    },
    pause: (paused: boolean) => runtime.operations.pauseTrigger('worker', 'schedule', paused),
    async stop() {
      const stopping = runtime.stop();
      while (runs.live > 0) runs.end('done');
      await stopping;
    },
  };
}

describe('while the queue is full', () => {
  test('what is on record already is not recorded again with each try, and the log tells of it once', async () => {
    const { clock, logged, events, fillQueue, skips, end, tasks, stop } = await held(
      worker(`cron: '0 * * * *'`, 1),
    );
    await fillQueue();
    clock.setWall('2026-06-01T15:30:00Z');
    await clock.advance(10 * minute);
    const missed = ['12:00:00 missed 1', '13:00:00 missed 1', '14:00:00 missed 1'];
    expect(await skips()).toEqual(missed);
    expect(events.filter(({ type }) => type === 'trigger.skipped')).toHaveLength(3);
    expect(logged.filter((line) => line.includes('instants of a schedule are held'))).toHaveLength(1);
    await end();
    expect(await tasks()).toEqual(['15:00:00 queued']);
    expect(await skips()).toEqual(missed);
    await stop();
  });

  test('a pause holds: what was held and what comes is recorded as paused', async () => {
    const { clock, runtime, fillQueue, pause, end, skips, tasks, stop } = await held(
      worker(`cron: '0 * * * *', missed: all`, 1),
    );
    await fillQueue();
    await clock.advance(minute);
    await pause(true);
    await clock.advance(3 * hour);
    await end();
    await end();
    expect(runtime.triggerState('worker', 'schedule')).toBe('paused');
    await pause(false);
    await clock.advance(minute);
    expect(await tasks()).toEqual([]);
    expect(await skips()).toEqual([12, 13, 14, 15].map((hours) => `${hours}:00:00 paused 1`));
    await stop();
  });
});

describe('while the journal cannot write', () => {
  test('an instant that is on record as overlapping does not run later', async () => {
    let admissions = 0;
    const { clock, tasks, skips, end, stop } = await held(worker('every: 10s'), {
      journal: (journal) => ({
        ...journal,
        admitTask: (admission) => {
          admissions += 1;
          return admissions === 3 ? Promise.reject(new Error('no space')) : journal.admitTask(admission);
        },
      }),
    });
    await clock.advance(15_000);
    // Two instants at once: the first overlaps, the second fails.
    clock.slip(31_000);
    await clock.advance(0);
    await clock.settle(20);
    expect(admissions).toBeGreaterThanOrEqual(3);
    await end();
    const recorded = await skips();
    expect(recorded.join()).toContain('overlap');
    const ran = await tasks();
    expect(ran.filter((task) => task.startsWith('11:59:50'))).toEqual([]);
    await stop();
  });

  test('an instant after the resume is not one of the pause', async () => {
    let fails = false;
    const { clock, pause, tasks, skips, stop } = await held(worker(`cron: '0 * * * *'`), {
      journal: (journal) => ({
        ...journal,
        skip: (skip) => (fails ? Promise.reject(new Error('no space')) : journal.skip(skip)),
      }),
    });
    await pause(true);
    await clock.advance(90 * minute);
    fails = true;
    await pause(false);
    await clock.advance(hour);
    fails = false;
    await clock.advance(2_000);
    expect(await skips()).toEqual(['12:00:00 paused 1', '13:00:00 paused 1']);
    expect(await tasks()).toEqual(['14:00:00 running']);
    await stop();
  });
});

test('what came during a pause is on record as such, also where a reload comes between', async () => {
  let skips = 0;
  let reached = () => {};
  const third = new Promise<void>((resolve) => {
    reached = resolve;
  });
  let open = () => {};
  const gate = new Promise<void>((resolve) => {
    open = resolve;
  });
  const text = worker('every: 1m, overlap: queue_all');
  const {
    clock,
    runtime,
    pause,
    tasks,
    skips: recorded,
    stop,
  } = await held(text, {
    journal: (journal) => ({
      ...journal,
      async skip(skip) {
        skips += 1;
        if (skips === 3) {
          reached();
          await gate;
        }
        return journal.skip(skip);
      },
    }),
  });
  await pause(true);
  await clock.advance(20 * minute);
  await pause(false);
  await third;
  await runtime.reload(planOf(text, clock));
  open();
  await clock.settle(200);
  expect(await tasks()).toEqual([]);
  expect(await recorded()).toHaveLength(20);
  await stop();
});

test('what came during a pause does not run after a kill while it was put on record', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'callboard-holds-'));
  const path = join(folder, 'callboard.db');
  const text = worker('every: 1m, overlap: queue_all');
  let skips = 0;
  let reached = () => {};
  const third = new Promise<void>((resolve) => {
    reached = resolve;
  });
  const first = await held(text, {
    path,
    journal: (journal) => ({
      ...journal,
      skip(skip) {
        skips += 1;
        if (skips < 3) return journal.skip(skip);
        reached();
        return new Promise<never>(() => {});
      },
    }),
  });
  await first.pause(true);
  await first.clock.advance(20 * minute);
  await first.pause(false);
  await third;
  await first.runtime.journal.close();
  const second = await held(text, { path, clock: new FakeClock(first.clock.now()) });
  await second.clock.settle(200);
  expect(await second.tasks()).toEqual([]);
  expect(await second.skips()).toHaveLength(20);
  await second.clock.advance(minute);
  expect(await second.tasks()).toHaveLength(1);
  await second.stop();
  rmSync(folder, { recursive: true });
});

test('catching up ends with the trigger that a reload takes away', async () => {
  const trigger = `cron: '0 * * * *', missed: all, missed_window: 7d`;
  let admissions = 0;
  let changed = () => {};
  const change = new Promise<void>((resolve) => {
    changed = resolve;
  });
  const { clock, runtime, tasks, stop } = await held(worker(trigger), {
    journal: (journal) => ({
      ...journal,
      admitTask: (admission) => {
        admissions += 1;
        if (admissions === 5) changed();
        return journal.admitTask(admission);
      },
    }),
  });
  clock.setWall('2026-06-05T15:30:00Z');
  const advancing = clock.advance(minute);
  await change;
  await runtime.reload(planOf(worker(`id: other, ${trigger}`), clock));
  await advancing;
  await clock.settle(50);
  expect((await tasks()).length).toBeLessThan(10);
  await stop();
});

describe('an input whose template fails', () => {
  test('is refused with the file, where it always fails', () => {
    const clock = new FakeClock('2026-06-01T11:59:30Z');
    const typo = `cron: '0 * * * *', input: '{{ .schedule_at.Format "2006-01-02" }}'`;
    expect(() => planOf(worker(typo), clock)).toThrow(/c\.yaml:4:\d+.*the template of input failed/);
  });

  test('costs its own instant alone, and is on record', async () => {
    const sometimes = `cron: '0 * * * *', input: '{{ if eq (.scheduled_at.Format "15") "13" }}{{ .nothing.Format "15" }}{{ end }}ok'`;
    const { clock, runtime, tasks, skips, logged, end, stop } = await held(worker(sometimes));
    await clock.advance(minute);
    await end();
    await clock.advance(hour);
    expect(runtime.triggerState('worker', 'schedule')).toBe('waiting');
    await expect(runtime.operations.fireTrigger('worker', 'schedule', undefined)).rejects.toThrow(
      'the template of input failed',
    );
    await clock.advance(hour);
    expect(await tasks()).toEqual(['12:00:00 completed', '14:00:00 running']);
    expect(await skips()).toEqual(['13:00:00 invalid_input 1']);
    expect(logged.filter((line) => line.includes('an instant cannot run'))).toHaveLength(1);
    await stop();
  });
});
