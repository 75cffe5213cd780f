// The supervisor of one agent with its real tasks, against whatever may happen in whatever order: claims and runs that
// end late or not at all, a journal that fails, cancels, pauses, an agent that leaves the file and comes back, a stop.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createActor, fromCallback, fromPromise } from 'xstate';
import { Failure } from '../../src/core/failure.ts';
import { JournalUnavailable } from '../../src/journal/errors.ts';
import type { TaskRecord } from '../../src/journal/tasks.ts';
import { aftermathMachine, type Withdrawal } from '../../src/tasks/aftermath.machine.ts';
import { eventOf, outcomeOf } from '../../src/tasks/attempt.ts';
import { taskSupervisorMachine } from '../../src/tasks/supervisor.machine.ts';
import { type AbortRun, type RunEnd, taskMachine } from '../../src/tasks/task.machine.ts';
import { Step } from '../support/commands.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { fakeRandom } from '../support/fake-random.ts';
import { HeldPromises } from '../support/held-promises.ts';
import { taskRecord } from './task-record.ts';

const agent = 'a';
const timeout = 60_000;
const retry = { maxAttempts: 2, initialDelay: 1_000, maxDelay: 1_000 };

const ends = {
  completed: { type: 'run.completed', output: 'done', notes: undefined },
  retried: { type: 'run.failed', failure: new Failure('x', 'x', { retryable: true }), notes: undefined },
  failed: { type: 'run.failed', failure: new Failure('x', 'x'), notes: undefined },
} satisfies Record<string, RunEnd>;

/** A supervisor whose every effect is held until it is let go. A claim takes its rows when it begins. */
class Supervised {
  readonly clock = new FakeClock(0);
  readonly rows = new Map<string, 'blocked' | 'ready' | 'held' | 'timed' | 'over' | 'left'>();
  /** Tasks that wait for another one of their group: the one → who waits. */
  readonly followers = new Map<string, string>();
  readonly claims = new HeldPromises<'claim', readonly TaskRecord[]>();
  /** What the claim under way has taken. */
  taken: readonly string[] = [];
  readonly runs = new Map<string, (end: RunEnd) => void>();
  readonly cancelled = new Set<string>();
  /** Cancelled, but while the journal could not write, so that they may have started once more. */
  readonly late = new Set<string>();
  readonly wrong: string[] = [];
  concurrency = 3;
  /** The highest that `concurrency` ever was: what runs is not cut off when it is lowered. */
  most = 3;
  journalFails = false;
  /** The next run is a defect of ours. */
  breaks = false;
  /** Runs that start now do not hear that they are told to end. */
  stubborn = false;
  paused = false;
  /** The last claim had no place to fill. Once is harmless, again and again would never end. */
  asksForNone = false;
  drained: 'no' | 'removed' | 'stopping' = 'no';
  released = false;
  readonly actor = createActor(this.#machine(), {
    clock: this.clock,
    input: { agent, concurrency: this.concurrency, timeout },
  });

  start(): this {
    this.actor.subscribe({ error: (thrown) => this.wrong.push(`the supervisor failed: ${String(thrown)}`) });
    this.actor.start();
    return this;
  }

  get active(): boolean {
    return this.actor.getSnapshot().status === 'active';
  }

  /** What takes a place: tasks, and those whose actor failed. */
  get children(): string[] {
    const ids = Object.keys(this.actor.getSnapshot().children);
    return ids.filter((id) => /^(task|aftermath)\./.test(id));
  }

  get isOver(): boolean {
    return [...this.rows.values()].every((state) => state === 'over');
  }

  wake(): void {
    if (this.active) this.actor.send({ type: 'rows.ready' });
  }

  add(count: number): void {
    for (let made = 0; made < count; made += 1) this.rows.set(`task-${this.rows.size}`, 'ready');
    this.wake();
  }

  addGroup(): void {
    const [first, second] = [`task-${this.rows.size}`, `task-${this.rows.size + 1}`];
    this.rows.set(first, 'ready').set(second, 'blocked');
    this.followers.set(first, second);
    this.wake();
  }

  /** What waits for its time comes due. */
  promote(): void {
    const due = [...this.rows].filter(([, state]) => state === 'timed');
    for (const [id] of due) this.rows.set(id, 'ready');
    if (due.length > 0) this.wake();
  }

  endClaim(): void {
    const claim = this.claims.take(0)?.[1];
    if (claim === undefined) return;
    const ids = this.taken;
    this.taken = [];
    if (this.journalFails) {
      this.asksForNone = false;
      for (const id of ids) this.rows.set(id, 'ready');
      claim.fail(new JournalUnavailable('disk full'));
    } else claim.settle(ids.map((id) => taskRecord({ id, agent })));
  }

  endRun(id: string | undefined, how: keyof typeof ends): void {
    if (id === undefined) return;
    const report = this.runs.get(id);
    this.runs.delete(id);
    report?.(ends[how]);
  }

  cancel(place: number): void {
    const id = [...this.rows.keys()][place];
    const state = id === undefined ? undefined : this.rows.get(id);
    // Nothing is cancelled while the journal cannot be written.
    if (id === undefined || state === 'over' || this.journalFails) return;
    if (state !== 'held') {
      this.rows.set(id, 'over');
      if (this.#releaseAfter(id)) this.wake();
      return;
    }
    this.cancelled.add(id);
    this.actor.send({ type: 'task.cancel', taskId: id, reason: 'operator' });
  }

  pause(paused: boolean): void {
    if (!this.active) return;
    // A drain is not taken back by either.
    if (this.drained === 'no') this.paused = paused;
    this.asksForNone = false;
    this.actor.send({ type: paused ? 'pause' : 'resume' });
  }

  drain(why: 'removed' | 'stopping'): void {
    if (!this.active) return;
    if (this.drained !== 'stopping') this.drained = why;
    this.actor.send({ type: 'drain' });
  }

  /** Only a stop gives back what runs. */
  release(): void {
    if (!this.active || this.drained !== 'stopping') return;
    this.released = true;
    this.actor.send({ type: 'release' });
  }

  /** The file is read anew, and the agent is in it; it may have left it before. */
  change(concurrency: number): void {
    if (!this.active || this.drained === 'stopping') return;
    if (this.drained === 'removed') this.paused = false;
    this.drained = 'no';
    this.asksForNone = false;
    this.concurrency = concurrency;
    this.most = Math.max(this.most, concurrency);
    this.actor.send({ type: 'limits.changed', agent, concurrency, timeout });
  }

  /** All goes well from here. */
  async finish(): Promise<void> {
    this.journalFails = false;
    this.breaks = false;
    for (let round = 0; round < 200; round += 1) {
      const isIdle = this.actor.getSnapshot().matches({ running: 'idle' });
      if (this.drained === 'no' ? this.isOver && isIdle : !this.active) return;
      if (this.paused) this.pause(false);
      this.endClaim();
      for (const id of this.runs.keys()) this.endRun(id, 'completed');
      this.promote();
      await this.clock.advance(2_000);
    }
  }

  /** Whether a task of the same group may run, now that this one is over. */
  #releaseAfter(id: string): boolean {
    const follower = this.followers.get(id);
    if (follower === undefined || this.rows.get(follower) !== 'blocked') return false;
    this.rows.set(follower, 'ready');
    return true;
  }

  #claim(limit: number, signal: AbortSignal): Promise<readonly TaskRecord[]> {
    if (this.drained !== 'no') this.wrong.push('claimed after a drain');
    if (this.paused) this.wrong.push('claimed while paused');
    if (this.claims.open.size > 0) this.wrong.push('two claims at once');
    const held = [...this.rows.values()].filter((state) => state === 'held').length;
    if (limit > 0 && held + limit > this.concurrency)
      this.wrong.push(`${held} and ${limit} of ${this.concurrency}`);
    if (limit <= 0 && this.asksForNone) this.wrong.push('claims for nothing, again and again');
    this.asksForNone = limit <= 0;
    const ready = [...this.rows].filter(([, state]) => state === 'ready').map(([id]) => id);
    this.taken = ready.slice(0, Math.max(0, limit));
    for (const id of this.taken) this.rows.set(id, 'held');
    return this.claims.hold('claim', signal);
  }

  #write(id: string, state: 'held' | 'ready' | 'timed' | 'over'): void {
    if (this.journalFails) throw new JournalUnavailable('disk full');
    if (this.rows.get(id) !== 'held') this.wrong.push(`wrote ${id} without holding it`);
    this.rows.set(id, state);
  }

  #giveUp(id: string): void {
    if (!this.released) this.wrong.push(`gave up ${id} before a release`);
    if (this.rows.get(id) === 'held') this.rows.set(id, 'left');
  }

  #withdraw({ taskId, reason }: Withdrawal): void {
    if (this.journalFails) {
      this.late.add(taskId);
      throw new JournalUnavailable('disk full');
    }
    const state = this.rows.get(taskId);
    if (state === 'held') this.actor.send({ type: 'task.cancel', taskId, reason });
    if (state !== 'ready' && state !== 'timed') return;
    this.rows.set(taskId, 'over');
    if (this.#releaseAfter(taskId)) this.wake();
  }

  #machine() {
    const task = taskMachine.provide({
      actions: { tellUnrecorded: ({ context }) => this.#giveUp(context.task.id) },
      // Of every other one nobody is told.
      guards: { isUnnoticed: ({ context }) => Number(context.task.id.replace('task-', '')) % 2 === 1 },
      actors: {
        recordStart: fromPromise(async ({ input }) => this.#write(input.task.id, 'held')),
        runAgent: fromCallback<AbortRun, { task: TaskRecord }>(({ input, sendBack, receive }) => {
          const { id } = input.task;
          if (this.rows.get(id) !== 'held') this.wrong.push(`ran ${id} without holding it`);
          if (this.runs.has(id)) this.wrong.push(`ran ${id} twice at once`);
          if (this.runs.size >= this.most) this.wrong.push(`${this.runs.size + 1} at once`);
          if (this.cancelled.has(id) && !this.late.has(id)) this.wrong.push(`ran ${id}, which was cancelled`);
          if (this.released) this.wrong.push(`ran ${id} after a release`);
          if (this.breaks) {
            this.breaks = false;
            throw new Error('a defect of ours');
          }
          this.runs.set(id, sendBack);
          const { stubborn } = this;
          receive(() => {
            if (!stubborn) this.endRun(id, 'failed');
          });
          return () => this.runs.delete(id);
        }),
        record: fromPromise(async ({ input: { task, end } }) => {
          const outcome = outcomeOf(end, task.attempt, { retry, now: 0, random: fakeRandom() });
          this.#write(task.id, outcome.status === 'retrying' ? 'timed' : 'over');
          const released = outcome.status !== 'retrying' && this.#releaseAfter(task.id);
          return { status: outcome.status, released, event: eventOf(task, outcome, 0) };
        }),
        requeue: fromPromise(async ({ input }) => this.#write(input.task.id, 'ready')),
      },
    });
    return taskSupervisorMachine.provide({
      actors: {
        task,
        claim: fromPromise(async ({ input, signal }) => {
          // As the runtime does: what happens before the end of the turn counts.
          await new Promise<void>((resolve) => this.clock.nextTurn(resolve));
          const limit = input.free();
          if (limit === 0) return { tasks: [], more: true };
          const tasks = await this.#claim(limit, signal);
          return { tasks, more: tasks.length >= limit };
        }),
        aftermath: aftermathMachine.provide({
          actions: { tellUnrecorded: ({ context }) => this.#giveUp(context.taskId) },
          actors: {
            rescue: fromPromise(async ({ input }) => this.#write(input.task.id, 'ready')),
            withdraw: fromPromise(async ({ input }) => this.#withdraw(input)),
          },
        }),
      },
    });
  }
}

/** What must hold after each step. */
function check(it: Supervised): void {
  const { live } = it.actor.getSnapshot().context;
  expect(it.wrong).toEqual([]);
  expect(it.children.filter((id) => id.startsWith('task.')).length).toBeLessThanOrEqual(it.most);
  if (it.active) expect(live).toBe(it.children.length);
}

const step = (name: string, happen: (it: Supervised) => unknown) =>
  new Step<Supervised>(name, async (it) => {
    await happen(it);
    await it.clock.settle(1);
    check(it);
  });
const weighted = (weight: number, arbitrary: fc.Arbitrary<Step<Supervised>>) => ({ weight, arbitrary });
const always = (weight: number, name: string, happen: (it: Supervised) => unknown) =>
  weighted(weight, fc.constant(step(name, happen)));
const either = (
  weight: number,
  names: readonly [string, string],
  happen: (it: Supervised, is: boolean) => unknown,
) =>
  weighted(
    weight,
    fc.boolean().map((is) => step(names[is ? 0 : 1], (it) => happen(it, is))),
  );
const numbered = (
  weight: number,
  name: string,
  numbers: fc.Arbitrary<number>,
  happen: (it: Supervised, n: number) => unknown,
) =>
  weighted(
    weight,
    numbers.map((n) => step(`${name} ${n}`, (it) => happen(it, n))),
  );

// What is needed to get anywhere comes often, what ends everything seldom.
const steps = fc.commands(
  [
    fc.oneof(
      numbered(5, 'add', fc.integer({ min: 1, max: 4 }), (it, n) => it.add(n)),
      always(2, 'add a group', (it) => it.addGroup()),
      always(8, 'claim', (it) => it.endClaim()),
      weighted(
        8,
        fc
          .tuple(fc.nat(4), fc.constantFrom('completed', 'completed', 'retried', 'failed'))
          .map(([n, how]) => step(`run ${n} ${how}`, (it) => it.endRun([...it.runs.keys()][n], how))),
      ),
      numbered(3, 'cancel', fc.nat(12), (it, n) => it.cancel(n)),
      always(2, 'promote', (it) => it.promote()),
      numbered(4, 'milliseconds', fc.constantFrom(1_000, 16_000, 61_000), (it, ms) => it.clock.advance(ms)),
      numbered(2, 'concurrency', fc.integer({ min: 1, max: 4 }), (it, n) => it.change(n)),
      either(2, ['pause', 'resume'], (it, paused) => it.pause(paused)),
      either(2, ['journal fails', 'journal works'], (it, fails) => {
        it.journalFails = fails;
      }),
      either(2, ['stubborn runs', 'runs that obey'], (it, stubborn) => {
        it.stubborn = stubborn;
      }),
      always(1, 'a run breaks', (it) => {
        it.breaks = true;
      }),
      either(1, ['removed', 'stop'], (it, removed) => it.drain(removed ? 'removed' : 'stopping')),
      always(1, 'release', (it) => it.release()),
    ),
  ],
  { maxCommands: 60, size: 'max' },
);

test('an agent runs each task once at a time, never too many, and all of them in the end', async () => {
  const property = fc.asyncProperty(steps, async (commands) => {
    const it = new Supervised().start();
    await fc.asyncModelRun(() => ({ model: {}, real: it }), commands);
    await it.finish();
    check(it);
    expect([...it.rows.values()]).not.toContain('held');
    expect(it.active).toBe(it.drained === 'no');
    if (it.active) expect(it.isOver).toBe(true);
    else expect(it.actor.getSnapshot().value).toBe('stopped');
    expect(it.actor.getSnapshot().context.live).toBe(0);
    expect(it.clock.pending).toBe(0);
  });
  await fc.assert(property, { numRuns: 100 });
}, 60_000);
