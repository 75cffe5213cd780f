import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import type { CallboardEvent } from '../../src/core/events.ts';
import { Redactor } from '../../src/core/redact.ts';
import { openSqliteJournal } from '../../src/journal/sqlite/open.ts';
import { loadPlan } from '../../src/plan/load.ts';
import { Runtime } from '../../src/runtime/runtime.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { fakeRandom } from '../support/fake-random.ts';
import { startedRuntime } from '../support/runtime.ts';

const minute = 60_000;
const hour = 60 * minute;
const closing: (() => Promise<void> | void)[] = [];

afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

/** One journal, and a runtime that starts on it with one file after another. */
function machine(start = '2026-06-01T11:59:30Z') {
  const folder = mkdtempSync(join(tmpdir(), 'callboard-'));
  closing.push(() => rmSync(folder, { recursive: true, force: true }));
  const clock = new FakeClock(start);
  const silent = () => undefined;
  const log = { debug: silent, info: silent, warn: silent, error: silent };
  return {
    clock,
    async run(yaml: string) {
      const path = join(folder, 'callboard.yaml');
      writeFileSync(path, yaml);
      const { plan, diagnostics } = await loadPlan({ path, environment: {}, cwd: folder, clock });
      if (plan === undefined) throw new Error(JSON.stringify(diagnostics));
      const runtime = new Runtime({
        plan,
        clock,
        random: fakeRandom(),
        log,
        redactor: new Redactor(),
        openJournal: () => openSqliteJournal({ path: join(folder, 'journal.db'), clock }),
      });
      await runtime.start();
      let stopped = false;
      const stop = async () => {
        if (stopped) return;
        stopped = true;
        await runtime.stop();
      };
      closing.push(stop);
      await clock.settle(20);
      return {
        operations: runtime.operations,
        stop,
        /** The instants of all tasks, oldest first, as `HH:MM`. */
        async instants() {
          await clock.settle(20);
          const { items } = await runtime.journal.listTasks({ limit: 1_000 });
          return items
            .map(({ scheduledAt }) => scheduledAt)
            .filter((at) => at !== undefined)
            .sort((a, b) => a - b)
            .map((at) => new Date(at).toISOString().slice(11, 16));
        },
        async skips() {
          const { items } = await runtime.journal.listSkips({ limit: 1_000 });
          return items
            .map(({ reason, at, count }) => `${reason} ${new Date(at).toISOString().slice(11, 16)} ${count}`)
            .sort();
        },
      };
    },
  };
}

const file = (fields: string, agent = 'reporter') => `
agents:
  ${agent}:
    type: echo
    trigger: { type: schedule, cron: "0 * * * *", ${fields} }
`;

describe('a schedule in a runtime', () => {
  test.each([
    ['skip', [], ['missed 13:00 1', 'missed 14:00 1', 'missed 15:00 1']],
    ['latest', ['15:00'], ['missed 13:00 1', 'missed 14:00 1']],
    ['all', ['13:00', '14:00', '15:00'], []],
  ])('runs or records what a stop of three hours missed, under %s', async (missed, run, skipped) => {
    const { clock, run: start } = machine();
    const first = await start(file(`missed: ${missed}`));
    await clock.advance(hour / 2);
    expect(await first.instants()).toEqual(['12:00']);
    await first.stop();
    await clock.advance(3 * hour);
    const second = await start(file(`missed: ${missed}`));
    expect(await second.instants()).toEqual(['12:00', ...run]);
    expect(await second.skips()).toEqual(skipped);
  });

  test('replays nothing when it is changed, renamed, enabled, or comes back', async () => {
    const { clock, run } = machine();
    const files = [
      file('missed: all'),
      file('missed: all').replace('0 * *', '30 * *'),
      file('missed: all', 'renamed'),
      file('missed: all, enabled: false', 'renamed'),
      file('missed: all', 'renamed'),
      file('missed: all').replace('0 * *', '30 * *'),
    ];
    for (const text of files) {
      const runtime = await run(text);
      expect(await runtime.instants()).toEqual([]);
      expect(await runtime.skips()).toEqual([]);
      await runtime.stop();
      await clock.advance(3 * hour);
    }
  });

  test('takes a wall clock set forward as missed time, and repeats nothing when it is set back', async () => {
    const { clock, run } = machine();
    const runtime = await run(file('missed: all'));
    await clock.advance(minute);
    clock.setWall('2026-06-01T14:30:00Z');
    await clock.advance(30_000);
    expect(await runtime.instants()).toEqual(['12:00', '13:00', '14:00']);
    clock.setWall('2026-06-01T11:30:00Z');
    await clock.advance(3 * hour);
    expect(await runtime.instants()).toEqual(['12:00', '13:00', '14:00']);
    await clock.advance(hour);
    expect(await runtime.instants()).toEqual(['12:00', '13:00', '14:00', '15:00']);
  });

  test('goes on in an hour when the clock was years ahead, and repeats nothing then or when the years have passed', async () => {
    const { clock, run } = machine();
    const runtime = await run(file('missed: latest'));
    await clock.advance(minute);
    clock.setWall('2029-06-01T20:15:00Z');
    await clock.advance(minute);
    // A hundred records of what was missed, each a commit.
    await clock.settle(300);
    expect(await runtime.instants()).toEqual(['12:00', '20:00']);
    clock.setWall('2026-06-01T12:05:00Z');
    await clock.advance(hour);
    expect(await runtime.instants()).toEqual(['12:00', '20:00']);
    await clock.advance(hour);
    expect(await runtime.instants()).toEqual(['12:00', '14:00', '20:00']);
    clock.setWall('2029-06-01T20:15:00Z');
    await clock.advance(minute);
    expect(await runtime.instants()).toEqual(['12:00', '14:00', '20:00']);
  });

  test('waits for a clock that starts years ago to be put right', async () => {
    const { clock, run } = machine();
    const before = await run(file('missed: all'));
    await clock.advance(minute);
    await before.stop();
    clock.setWall('2020-01-01T00:00:00Z');
    const runtime = await run(file('missed: all'));
    await clock.advance(50 * minute);
    clock.setWall('2026-06-01T12:50:00Z');
    await clock.advance(minute);
    expect(await runtime.instants()).toEqual(['12:00']);
    await clock.advance(3 * hour);
    expect(await runtime.instants()).toEqual(['12:00', '13:00', '14:00', '15:00']);
    expect(await runtime.skips()).toEqual([]);
  });

  test('goes on in an hour of a clock that stays years behind, also when it is paused meanwhile', async () => {
    const { clock, run } = machine();
    const before = await run(file(''));
    await clock.advance(minute);
    await before.stop();
    clock.setWall('2020-01-01T00:15:00Z');
    const runtime = await run(file(''));
    await runtime.operations.pauseTrigger('reporter', 'schedule', true);
    await clock.advance(2 * hour);
    await runtime.operations.pauseTrigger('reporter', 'schedule', false);
    await clock.advance(hour);
    expect(await runtime.instants()).toEqual(['03:00', '12:00']);
    expect(await runtime.skips()).toEqual(['paused 02:00 1']);
  });

  test('records what a pause kept from running, and fires by hand all the same', async () => {
    const { clock, run } = machine();
    const runtime = await run(file('input: hello'));
    await runtime.operations.pauseTrigger('reporter', 'schedule', true);
    await clock.advance(2 * hour);
    expect(await runtime.instants()).toEqual([]);
    const fired = await runtime.operations.fireTrigger('reporter', 'schedule', undefined);
    expect(fired.input).toBe('hello');
    await runtime.operations.pauseTrigger('reporter', 'schedule', false);
    await clock.advance(hour);
    expect(await runtime.instants()).toEqual(['14:00']);
    expect(await runtime.skips()).toEqual(['paused 12:00 1', 'paused 13:00 1']);
  });

  test.each([
    ['at: "2026-03-29T02:30"'],
    // Its next instant is a year away.
    ['cron: "30 2 29 3 *"'],
    ['cron: "30 2 * 3 SUN#L"'],
  ])('records when it comes what the clocks skip: %s', async (when) => {
    const { clock, run } = machine('2026-03-28T12:00:00Z');
    const skipping = `${when}, timezone: Europe/Berlin, dst: skip`;
    const runtime = await run(file(skipping).replace('cron: "0 * * * *", ', ''));
    await clock.advance(13 * hour - 1);
    expect(await runtime.skips()).toEqual([]);
    await clock.advance(1);
    expect(await runtime.skips()).toEqual(['dst 01:00 1']);
    await clock.advance(2 * hour);
    expect(await runtime.skips()).toEqual(['dst 01:00 1']);
    expect(await runtime.instants()).toEqual([]);
  });

  test('records what the clocks skip while the process was down', async () => {
    const { clock, run } = machine('2026-03-28T12:00:00Z');
    const once = file('at: "2026-03-29T02:30", timezone: Europe/Berlin, dst: skip');
    const text = once.replace('cron: "0 * * * *", ', '');
    const before = await run(text);
    await before.stop();
    await clock.advance(24 * hour);
    const runtime = await run(text);
    await clock.settle(20);
    expect(await runtime.skips()).toEqual(['dst 01:00 1']);
  });
});

/** A clock on which whatever asks for the time takes a millisecond: a machine that has much to do. */
class BusyClock extends FakeClock {
  override now(): number {
    this.slip(1);
    return super.now();
  }
}

test('an instant is not late by the time that the start took after it was looked up', async () => {
  const clock = new BusyClock('2026-06-01T11:59:30Z');
  const instant = Date.parse('2026-06-01T12:00:00Z');
  const schedules = Array.from(
    { length: 500 },
    (_, index) => `{ type: schedule, id: s${index}, cron: '0 12 * * *' }`,
  );
  const { runtime, events } = await startedRuntime(
    `agents: { a: { type: echo, triggers: [${schedules.join(', ')}] } }`,
    { clock },
  );
  // The first that was looked up: of those that were looked up last the start was done at once.
  let queued: CallboardEvent | undefined;
  for (let waited = 0; queued === undefined && waited < 40_000; waited += 1) {
    await clock.advance(1);
    queued = events.find((event) => event.type === 'task.queued' && event.trigger === 's0');
  }
  expect((queued?.at ?? 0) - instant).toBeLessThan(100);
  await runtime.stop();
});
