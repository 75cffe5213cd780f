import { describe, expect, test } from 'vitest';
import { jitterDelay } from '../../src/triggers/schedule-rules.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { HeldRuns, startedRuntime, type TestRuntime } from '../support/runtime.ts';

const minute = 60_000;
const hour = 60 * minute;
const start = '2026-06-01T11:59:30Z';

const hourly = (fields: string) => `
agents:
  worker:
    type: echo
    timeout: 7d
    trigger: { type: schedule, cron: '0 * * * *', ${fields} }
`;

/** A runtime whose runs end when the test says so. */
async function held(fields: string) {
  const runs = new HeldRuns();
  const made = await startedRuntime(hourly(fields), {
    clock: new FakeClock(start),
    createAgent: runs.agent,
  });
  const { runtime, clock } = made;
  return {
    made,
    runs,
    clock,
    /** Each task as its instant's hour, or its input where it has none, its state and the reason for it; sorted. */
    async tasks() {
      const { items } = await runtime.journal.listTasks({ limit: 100 });
      return items
        .map(({ scheduledAt, input, status, reason }) =>
          [scheduledAt === undefined ? input : new Date(scheduledAt).getUTCHours(), status, reason]
            .filter((part) => part !== undefined)
            .join(' '),
        )
        .sort();
    },
    /** Each record of what did not run: hour, reason, count. */
    async skips() {
      const { items } = await runtime.journal.listSkips({ limit: 100 });
      return items.map(({ at, reason, count }) => `${new Date(at).getUTCHours()} ${reason} ${count}`).sort();
    },
    async end() {
      runs.end('done');
      await clock.settle(20);
    },
    stop: () => {
      const stopping = runtime.stop();
      while (runs.live > 0) runs.end('done');
      return stopping;
    },
  };
}

describe('while the task of an earlier instant is not over', () => {
  test('skip leaves a record of each instant', async () => {
    const { clock, tasks, skips, end, stop } = await held('overlap: skip');
    await clock.advance(2.5 * hour);
    expect(await tasks()).toEqual(['12 running']);
    expect(await skips()).toEqual(['13 overlap 1', '14 overlap 1']);
    await end();
    await clock.advance(hour);
    expect(await tasks()).toEqual(['12 completed', '15 running']);
    await stop();
  });

  test('queue keeps the newest, and records what it displaces', async () => {
    const { clock, tasks, skips, end, stop } = await held('overlap: queue');
    await clock.advance(2.5 * hour);
    expect(await tasks()).toEqual(['12 running', '13 cancelled overlap', '14 queued']);
    expect(await skips()).toEqual(['13 overlap 1']);
    await end();
    expect(await tasks()).toEqual(['12 completed', '13 cancelled overlap', '14 running']);
    await stop();
  });

  test('queue_all keeps every one, and runs them in order', async () => {
    const { clock, runs, tasks, skips, end, stop } = await held(
      'overlap: queue_all, input: "{{ .scheduled_at }}"',
    );
    await clock.advance(2.5 * hour);
    expect(await tasks()).toEqual(['12 running', '13 queued', '14 queued']);
    await end();
    await end();
    expect(await tasks()).toEqual(['12 completed', '13 completed', '14 running']);
    expect(runs.started.map(({ input }) => input)).toEqual(
      ['12', '13', '14'].map((hours) => `2026-06-01T${hours}:00:00Z`),
    );
    expect(await skips()).toEqual([]);
    await stop();
  });

  test('replace cancels it, and the new one starts when it has ended', async () => {
    const { clock, tasks, stop } = await held('overlap: replace');
    await clock.advance(2.5 * hour);
    expect(await tasks()).toEqual(['12 cancelled replaced', '13 cancelled replaced', '14 running']);
    await stop();
  });

  test('allow runs them at once', async () => {
    const { clock, tasks, skips, stop } = await held('overlap: allow');
    await clock.advance(2.5 * hour);
    expect(await tasks()).toEqual(['12 running', '13 running', '14 running']);
    expect(await skips()).toEqual([]);
    await stop();
  });

  test('a single instant that `missed: all` brings back waits for its turn, whatever overlap says', async () => {
    const { clock, tasks, skips, end, stop } = await held('missed: all');
    await clock.advance(minute);
    expect(await tasks()).toEqual(['12 running']);
    clock.setWall('2026-06-01T13:30:00Z');
    await clock.advance(minute);
    expect(await tasks()).toEqual(['12 running', '13 queued']);
    expect(await skips()).toEqual([]);
    await end();
    expect(await tasks()).toEqual(['12 completed', '13 running']);
    await stop();
  });

  test('what `missed: all` brings back is displaced by no newer instant', async () => {
    for (const [overlap, newest] of [
      ['queue', ['16 cancelled overlap', '17 queued']],
      ['replace', ['16 cancelled replaced', '17 queued']],
    ] as const) {
      const { clock, tasks, stop } = await held(`missed: all, overlap: ${overlap}`);
      clock.setWall('2026-06-01T15:30:00Z');
      await clock.advance(2 * hour);
      const missed = ['12 running', '13 queued', '14 queued', '15 queued'];
      expect(await tasks()).toEqual([...missed, ...newest]);
      await stop();
    }
  });
});

test('under allow an instant runs at once, beside what `missed: all` brings back one after another', async () => {
  const { clock, tasks, stop } = await held('missed: all, overlap: allow');
  clock.setWall('2026-06-01T14:30:00Z');
  await clock.advance(hour);
  expect(await tasks()).toEqual(['12 running', '13 queued', '14 queued', '15 running']);
  await stop();
});

describe('a task that is started by hand', () => {
  /** Fires the trigger with this input. */
  const fire = ({ runtime, clock }: TestRuntime, input: string) =>
    runtime.operations.fireTrigger('worker', 'schedule', input).finally(() => clock.settle(20));
  const inputs = ({ runs }: { readonly runs: HeldRuns }) => runs.started.map(({ input }) => input);

  test('is one that the next instant overlaps', async () => {
    const { made, clock, tasks, skips, end, stop } = await held('overlap: skip');
    await fire(made, 'by hand');
    await clock.advance(hour);
    expect(await tasks()).toEqual(['by hand running']);
    expect(await skips()).toEqual(['12 overlap 1']);
    await end();
    await clock.advance(hour);
    expect(await tasks()).toEqual(['13 running', 'by hand completed']);
    await stop();
  });

  test.each(['skip', 'queue', 'queue_all', 'replace'])(
    'waits for its turn while one runs, and no instant takes it: %s',
    async (overlap) => {
      const { made, runs, clock, tasks, end, stop } = await held(`overlap: ${overlap}, input: instant`);
      await clock.advance(minute);
      await fire(made, 'first');
      await fire(made, 'second');
      expect(inputs({ runs })).toEqual(['instant']);
      await clock.advance(2 * hour);
      const instant = overlap === 'replace' ? '12 cancelled replaced' : '12 running';
      expect(await tasks()).toContain(instant);
      if (overlap !== 'replace') await end();
      expect(inputs({ runs })).toEqual(['instant', 'first']);
      await end();
      expect(inputs({ runs })).toEqual(['instant', 'first', 'second']);
      // The newest instant waits behind them, and does not cut off the one that runs.
      await clock.advance(hour);
      expect(await tasks()).toEqual(expect.arrayContaining(['first completed', 'second running']));
      await end();
      expect(inputs({ runs })).toHaveLength(overlap === 'skip' ? 3 : 4);
      await stop();
    },
  );

  test('runs at once beside others under allow', async () => {
    const { made, runs, clock, stop } = await held('overlap: allow, input: instant');
    await clock.advance(minute);
    await fire(made, 'by hand');
    expect(inputs({ runs })).toEqual(['instant', 'by hand']);
    expect(runs.live).toBe(2);
    await stop();
  });

  test('is treated alike where it is a replay', async () => {
    const { made, runs, clock, skips, end, stop } = await held('overlap: skip, input: instant');
    await clock.advance(minute);
    await end();
    const { items } = await made.runtime.journal.listTasks({ limit: 1 });
    const replay = () => made.runtime.operations.replayTask(items[0]?.id ?? '');
    await replay();
    await replay();
    await clock.settle(20);
    expect(runs.live).toBe(1);
    await clock.advance(hour);
    expect(await skips()).toEqual(['13 overlap 1']);
    await end();
    await end();
    expect(runs.started).toHaveLength(3);
    await stop();
  });
});

describe('when', () => {
  const times = async (yaml: string, ms: number) => {
    const { runtime, clock } = await startedRuntime(yaml, { clock: new FakeClock(start) });
    await clock.advance(ms);
    const { items } = await runtime.journal.listTasks({ limit: 100 });
    await runtime.stop();
    return items
      .map(({ scheduledAt = 0, startedAt = 0 }) => ({ at: scheduledAt, late: startedAt - scheduledAt }))
      .sort((a, b) => a.at - b.at);
  };
  const instants = (...texts: string[]) => texts.map((text) => ({ at: Date.parse(text), late: 0 }));

  test('every comes at its intervals since 1970, and at once', async () => {
    const every = hourly('').replace("cron: '0 * * * *'", 'every: 25m');
    expect(await times(every, hour)).toEqual(
      instants('2026-06-01T12:05:00Z', '2026-06-01T12:30:00Z', '2026-06-01T12:55:00Z'),
    );
    const at = hourly('').replace("cron: '0 * * * *'", 'at: "2026-06-01T14:30", timezone: Europe/Berlin');
    expect(await times(at, 24 * hour)).toEqual(instants('2026-06-01T12:30:00Z'));
  });

  test('jitter puts each start off by its own part of it', async () => {
    const found = await times(hourly('jitter: 10m'), 24 * hour);
    expect(found).toHaveLength(24);
    for (const { at, late } of found) expect(late).toBe(jitterDelay('worker', 'schedule', at, 10 * minute));
    expect(new Set(found.map(({ late }) => late)).size).toBe(24);
  });
});
