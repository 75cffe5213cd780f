// Random interleavings of everything that moves a task, against a small model and against the rows themselves.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { StaleFence } from '../../../src/journal/errors.ts';
import type { Journal } from '../../../src/journal/journal.ts';
import { connect } from '../../../src/journal/sqlite/connect.ts';
import type { Connection } from '../../../src/journal/sqlite/connection.ts';
import { sqliteJournal } from '../../../src/journal/sqlite/sqlite-journal.ts';
import type { TaskRecord } from '../../../src/journal/tasks.ts';
import { admission, start } from '../../contracts/journal-fixtures.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { brokenInvariants } from './invariants.ts';

interface Model {
  now: number;
  admitted: number;
  /** Claims that were handed out, old ones included. */
  readonly claims: TaskRecord[];
  /** The terminal state that each task was seen to reach. */
  readonly ends: Map<string, string>;
  /** Ids of each group in the order of their commits, and in the order in which they started. */
  readonly committed: Map<string, string[]>;
  readonly started: Map<string, string[]>;
}

interface Real {
  readonly connection: Connection;
  readonly journal: Journal;
}

const groups = ['g', 'h', undefined] as const;
const agent = 'agent';

class Step implements fc.AsyncCommand<Model, Real> {
  readonly #name: string;
  readonly #act: (model: Model, real: Real) => Promise<void>;

  constructor(name: string, act: (model: Model, real: Real) => Promise<void>) {
    this.#name = name;
    this.#act = act;
  }

  check(): boolean {
    return true;
  }

  async run(model: Model, real: Real): Promise<void> {
    model.now += 1;
    await this.#act(model, real);
    expect(brokenInvariants(real.connection)).toEqual([]);
    for (const [id, status] of model.ends) expect((await real.journal.getTask(id))?.status).toBe(status);
  }

  toString(): string {
    return this.#name;
  }
}

function end(model: Model, id: string, status: string): void {
  expect(model.ends.has(id)).toBe(false);
  model.ends.set(id, status);
}

function append(lists: Map<string, string[]>, key: string, id: string): void {
  lists.set(key, [...(lists.get(key) ?? []), id]);
}

const overlaps = [undefined, 'skip', 'queue', 'queue_all', 'replace'] as const;

const admit = fc
  .record({
    group: fc.constantFrom(...groups),
    delay: fc.constantFrom(undefined, 3),
    overlap: fc.constantFrom(...overlaps),
  })
  .map(
    ({ group, delay, overlap }) =>
      new Step(`admit(${group}, ${delay}, ${overlap})`, async (model, { journal }) => {
        const id = `t${model.admitted}`;
        model.admitted += 1;
        const dueAt = delay === undefined ? undefined : model.now + delay;
        const task = { group, dueAt, createdAt: model.now };
        const result = await journal.admitTask(admission(id, { overlap, queueLimit: 8, task }));
        if (result.outcome !== 'admitted') return;
        if (group !== undefined) append(model.committed, group, id);
        for (const displaced of result.displaced) end(model, displaced.id, 'cancelled');
      }),
  );

const claim = fc.integer({ min: 1, max: 3 }).map(
  (limit) =>
    new Step(`claim(${limit})`, async (model, { journal }) => {
      const tasks = await journal.claimTasks({ agent, limit, now: model.now });
      model.claims.push(...tasks);
      for (const { group, id, attempt, crashes } of tasks) {
        if (group === undefined || model.started.get(group)?.includes(id)) continue;
        expect([attempt, crashes]).toEqual([1, 0]);
        append(model.started, group, id);
      }
    }),
);

/** Uses any claim, also one that another claim or the task's end has made old. */
const settle = fc
  .record({
    pick: fc.nat(),
    how: fc.constantFrom('completed', 'failed', 'cancelled', 'retrying', 'requeue', 'crash'),
  })
  .map(
    ({ pick, how }) =>
      new Step(`settle(${pick}, ${how})`, async (model, { journal }) => {
        const held = model.claims[pick % Math.max(1, model.claims.length)];
        if (held === undefined) return;
        const before = await journal.getTask(held.id);
        const mine = before?.status === 'running' && before.fence === held.fence;
        const written = await write(journal, held, how, model.now).then(
          () => true,
          (thrown: unknown) => {
            expect(thrown).toBeInstanceOf(StaleFence);
            return false;
          },
        );
        expect(written).toBe(mine);
        if (!written) expect(await journal.getTask(held.id)).toEqual(before);
        if (written && (how === 'completed' || how === 'failed' || how === 'cancelled')) {
          end(model, held.id, how);
        }
      }),
  );

function write(journal: Journal, held: TaskRecord, how: string, at: number): Promise<unknown> {
  const error = { code: 'broken', message: 'It broke.', retryable: true };
  const common = { taskId: held.id, fence: held.fence, at };
  switch (how) {
    case 'completed':
      return journal.recordOutcome({ ...common, end: { status: how, result: '' }, deliveries: [] });
    case 'failed':
      return journal.recordOutcome({ ...common, end: { status: how, error }, deliveries: [] });
    case 'cancelled':
      return journal.recordOutcome({ ...common, end: { status: how, reason: 'test' }, deliveries: [] });
    case 'retrying':
      return journal.recordOutcome({
        ...common,
        end: { status: how, error, dueAt: at + 2 },
        deliveries: [],
      });
    default:
      return journal.requeueTask({ ...common, crashed: how === 'crash' });
  }
}

const cancel = fc.nat({ max: 20 }).map(
  (number) =>
    new Step(`cancel(t${number})`, async (model, { journal }) => {
      const taskId = `t${number}`;
      const cancel = { taskId, at: model.now, reason: 'test', deliveries: [] };
      const { outcome } = await journal.cancelWaiting(cancel);
      if (outcome === 'cancelled') end(model, taskId, 'cancelled');
      if (outcome === 'over') expect(model.ends.has(taskId)).toBe(true);
    }),
);

const promote = fc.integer({ min: 0, max: 4 }).map(
  (ahead) =>
    new Step(`promote(+${ahead})`, async (model, { journal }) => {
      model.now += ahead;
      await journal.promoteDue(model.now);
      expect((await journal.nextDueAt()) ?? Number.POSITIVE_INFINITY).toBeGreaterThan(model.now);
    }),
);

const recover = fc.constant(
  new Step('recover', async (model, { journal }) => {
    const { interrupted } = await journal.recover(model.now);
    for (const { id: taskId, fence } of interrupted) {
      await journal.requeueTask({ taskId, fence, at: model.now, crashed: true });
    }
  }),
);

/** Runs what is left to its end: whatever was admitted and not over must still be able to run. */
async function finish(model: Model, journal: Journal): Promise<void> {
  for (const { id, fence } of (await journal.recover(model.now)).interrupted) {
    await journal.requeueTask({ taskId: id, fence, at: model.now, crashed: true });
  }
  for (let round = 0; round < 100; round += 1) {
    const due = await journal.nextDueAt();
    if (due !== undefined) await journal.promoteDue(due);
    const tasks = await journal.claimTasks({ agent, limit: 100, now: model.now });
    for (const { id, fence, group } of tasks) {
      if (group !== undefined && !model.started.get(group)?.includes(id)) append(model.started, group, id);
      await journal.recordOutcome({
        taskId: id,
        fence,
        at: model.now,
        end: { status: 'completed', result: '' },
        deliveries: [],
      });
    }
    if (tasks.length === 0 && due === undefined) break;
  }
  expect(await journal.agentsWithWork()).toEqual([]);
}

test('any interleaving keeps one end a task, the order of groups, exact counts and every waiting row', async () => {
  const commands = fc.commands([admit, admit, claim, settle, settle, cancel, promote, recover], {
    maxCommands: 60,
  });
  await fc.assert(
    fc.asyncProperty(commands, async (steps) => {
      const connection = connect(':memory:');
      const journal = sqliteJournal(connection, new FakeClock(start), () => {});
      const model: Model = {
        now: start,
        admitted: 0,
        claims: [],
        ends: new Map(),
        committed: new Map(),
        started: new Map(),
      };
      try {
        await fc.asyncModelRun(() => ({ model, real: { connection, journal } }), steps);
        await finish(model, journal);
        expect(brokenInvariants(connection)).toEqual([]);
        for (const [group, started] of model.started) {
          const order = (model.committed.get(group) ?? []).filter((id) => started.includes(id));
          expect(started).toEqual(order);
        }
      } finally {
        await journal.close();
      }
    }),
    { numRuns: 100 },
  );
});
