// What a reload takes from the file, what it cannot take, and what it leaves behind.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import type { Agent } from '../../src/agents/agent.ts';
import { JournalUnavailable } from '../../src/journal/errors.ts';
import type { Journal } from '../../src/journal/journal.ts';
import { openSqliteJournal } from '../../src/journal/sqlite/open.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { agents, hook, reloadable, request } from '../support/reloadable.ts';
import { HeldRuns, planOf } from '../support/runtime.ts';

test('what only a restart can change is said, and everything else is in force', async () => {
  const made = await reloadable(`server: { port: 8080 }\n${agents('a: { type: echo }')}`);
  const { runtime, reload } = made;
  const { journal } = runtime.plan;
  const { needsRestart } = await reload(
    `server: { port: 9090, host: 0.0.0.0, grace: 5s, trust_proxy: [10.0.0.0/8] }\njournal: { path: x.db, keep: 1d }\nlimits: { queue: 7 }\nobservability: { metrics: { enabled: false } }\n${agents('a: { type: echo }')}`,
  );
  expect(needsRestart).toEqual([
    'server.host stays "127.0.0.1" until a restart; the file says "0.0.0.0"',
    'server.port stays 8080 until a restart; the file says 9090',
    'journal.path stays "/project/data/callboard.db" until a restart; the file says "/config/x.db"',
    'observability.metrics stays true until a restart; the file says false',
  ]);
  expect(runtime.plan).toMatchObject({
    server: { host: '127.0.0.1', port: 8080, grace: 5_000, trustProxy: ['10.0.0.0/8'] },
    journal: { path: journal.path, keep: 86_400_000 },
    limits: { queue: 7 },
    observability: { metrics: true },
  });
  await made.stop();
});

test('the grace of the new file holds at the stop', async () => {
  const runs = new HeldRuns();
  const made = await reloadable(`server: { grace: 1h }\n${agents('a: { type: echo }')}`, {
    createAgent: runs.agent,
  });
  const { runtime, clock, reload } = made;
  const { id } = await runtime.operations.startTask('a', 'x');
  await clock.settle();
  await reload(`server: { grace: 5s }\n${agents('a: { type: echo }')}`);
  const stopping = runtime.stop();
  const journal = runtime.journal;
  const requeue = vi.spyOn(journal, 'requeueTask');
  await clock.advance(4_999);
  expect(requeue).not.toHaveBeenCalled();
  await clock.advance(1);
  await stopping;
  expect(requeue).toHaveBeenCalledWith(expect.objectContaining({ taskId: id, crashed: false }));
});

test('a run keeps the agent that it began with, which is freed after it', async () => {
  const runs = new HeldRuns();
  const closed: string[] = [];
  let made = 0;
  const createAgent = (): Agent => {
    made += 1;
    const name = `agent ${made}`;
    return { ...runs.agent(), close: async () => void closed.push(name) };
  };
  const running = await reloadable(agents('a: { type: echo }'), { createAgent });
  const { runtime, clock, reload } = running;
  await runtime.operations.startTask('a', 'x');
  await clock.settle();
  await reload(agents('a: { type: echo, description: changed }'));
  expect([made, closed]).toEqual([2, []]);
  runs.end('done');
  await clock.settle();
  expect(closed).toEqual(['agent 1']);
  await reload(agents('b: { type: echo }'));
  expect(closed).toEqual(['agent 1', 'agent 2']);
  await running.stop();
  expect(closed).toEqual(['agent 1', 'agent 2']);
});

test('while the journal cannot write the old file stays in force; once it can, a reload goes through', async () => {
  let broken = false;
  const journal = (real: Journal): Journal => ({
    ...real,
    saveTriggers: async (triggers) => {
      if (broken) throw new JournalUnavailable('the disk is full');
      return real.saveTriggers(triggers);
    },
  });
  const made = await reloadable(agents(hook('a')), { journal });
  const { runtime, clock, reload } = made;
  broken = true;
  await expect(reload(agents(hook('b')))).rejects.toThrow('the disk is full');
  expect([...runtime.plan.agents.keys()]).toEqual(['a']);
  expect(await runtime.call('a', 'webhook', request('{}'))).toMatchObject({ kind: 'accepted' });
  broken = false;
  await reload(agents(hook('b')));
  expect(await runtime.call('b', 'webhook', request('{}'))).toMatchObject({ kind: 'accepted' });
  await clock.settle();
  await made.stop();
  await expect(runtime.reload(planOf(agents(hook('a')), clock))).rejects.toThrow(
    'Cannot reload: the runtime is stopped',
  );
});

test('after a start with another file, tasks of agents that it does not have wait, and that is said', async () => {
  const runs = new HeldRuns();
  const clock = new FakeClock();
  const folder = mkdtempSync(join(tmpdir(), 'callboard-'));
  const path = `${folder}/journal.db`;
  try {
    const journal = await openSqliteJournal({ path, clock });
    await journal.admitTask({
      task: {
        id: 't',
        agent: 'gone',
        trigger: 'manual',
        triggerType: 'manual',
        input: '',
        createdAt: clock.now(),
      },
      queueLimit: 10,
    });
    await journal.close();
    const made = await reloadable(agents('a: { type: echo }'), { path, clock, createAgent: runs.agent });
    expect(made.logged.filter((line) => line.includes('not in the file'))).toEqual([
      'warn tasks wait for agents that are not in the file: bring them back, or cancel the tasks {"agents":["gone"]}',
    ]);
    expect(await made.statusOf('t')).toEqual(['queued', undefined]);
    await made.reload(agents('a: { type: echo }', 'gone: { type: echo }'));
    expect(runs.started.map(({ taskId }) => taskId)).toEqual(['t']);
    await made.stop();
  } finally {
    rmSync(folder, { recursive: true });
  }
});
