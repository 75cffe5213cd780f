// The supervisor of one endpoint, with its real breaker and its real deliveries, against whatever may happen in
// whatever order: claims and attempts that end late, a journal that fails, pauses, a drain, a release.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createActor, fromPromise } from 'xstate';
import type { DeliveryRecord, EndpointRecord } from '../../src/journal/deliveries.ts';
import { JournalUnavailable } from '../../src/journal/errors.ts';
import { type AttemptResult, deliveryMachine } from '../../src/notifications/delivery.machine.ts';
import {
  deliverySupervisorMachine,
  type EndpointSettings,
} from '../../src/notifications/supervisor.machine.ts';
import { Step } from '../support/commands.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { HeldPromises } from '../support/held-promises.ts';
import { deliveryRecord, settlementEvent } from './plans.ts';

const endpoint = 'a/n';
const concurrency = 3;
const failures = 4;

const outcomes = {
  delivered: { next: { status: 'delivered' }, health: 'succeeded' },
  backoff: { next: { status: 'backoff', nextAttemptAt: 0 }, health: 'failed' },
  dead: { next: { status: 'dead', reason: 'rejected' }, health: 'failed' },
  gone: { next: { status: 'dead', reason: 'gone' }, health: 'gone' },
  refused: { next: { status: 'dead', reason: 'refused' }, health: 'none' },
} satisfies Record<string, Pick<AttemptResult, 'next' | 'health'>>;
type Outcome = keyof typeof outcomes;

/** A supervisor whose every effect is held until it is let go, over rows in a map. */
class Supervised {
  readonly clock = new FakeClock(0);
  readonly rows = new Map<string, 'ready' | 'held' | 'timed' | 'over' | 'left'>();
  readonly loads = new HeldPromises<string, EndpointSettings>();
  readonly claims = new HeldPromises<number, readonly DeliveryRecord[]>();
  readonly attempts = new HeldPromises<string, AttemptResult>();
  readonly wrong: string[] = [];
  /** What the journal knows of the endpoint. */
  known: Partial<EndpointRecord> = {};
  journalFails = false;
  drained = false;
  released = false;
  readonly actor = createActor(this.#machine(), { clock: this.clock, input: { endpoint } });

  start(): this {
    this.actor.subscribe({ error: (thrown) => this.wrong.push(`the supervisor failed: ${String(thrown)}`) });
    this.actor.start();
    return this;
  }

  get active(): boolean {
    return this.actor.getSnapshot().status === 'active';
  }

  get record(): EndpointRecord | undefined {
    return this.actor.getSnapshot().context.breaker?.getSnapshot().context.record;
  }

  add(count: number): void {
    for (let made = 0; made < count; made += 1) this.rows.set(`msg_${this.rows.size}`, 'ready');
    if (this.active) this.actor.send({ type: 'rows.ready' });
  }

  /** What waits for its time comes due. */
  promote(): void {
    const due = [...this.rows].filter(([, state]) => state === 'timed');
    for (const [id] of due) this.rows.set(id, 'ready');
    if (this.active && due.length > 0) this.actor.send({ type: 'rows.ready' });
  }

  endLoad(): void {
    const fresh: EndpointRecord = {
      endpoint,
      state: 'closed',
      failures: 0,
      probeAt: undefined,
      probeDelay: undefined,
      paused: undefined,
    };
    const policy = { failures, probeAfter: 30_000 };
    const breaker = { record: { ...fresh, ...this.known }, policy, now: this.clock.now() };
    this.loads.take(0)?.[1].settle({ concurrency, breaker });
  }

  endClaim(): void {
    const found = this.claims.take(0);
    if (found === undefined) return;
    const [limit, { settle, fail }] = found;
    if (this.journalFails) {
      fail(new JournalUnavailable('disk full'));
      return;
    }
    const ids = [...this.rows].filter(([, state]) => state === 'ready').map(([id]) => id);
    const taken = ids.slice(0, limit);
    for (const id of taken) this.rows.set(id, 'held');
    settle(taken.map((id) => deliveryRecord({ id, endpoint, status: 'attempting' })));
  }

  endAttempt(place: number, outcome: Outcome): void {
    const found = this.attempts.take(place);
    const at = this.clock.now();
    const attempt = { at, status: undefined, durationMs: 0, error: undefined, answer: undefined };
    found?.[1].settle({ ...outcomes[outcome], attempt, counts: true, at });
  }

  pause(paused: boolean): void {
    if (!this.active) return;
    const at = this.clock.now();
    this.actor
      .getSnapshot()
      .context.breaker?.send(
        paused ? { type: 'endpoint.pause', reason: 'operator', at } : { type: 'endpoint.resume', at },
      );
  }

  tell(type: 'drain' | 'release'): void {
    if (!this.active) return;
    if (type === 'drain') this.drained = true;
    else this.released = true;
    this.actor.send({ type });
  }

  /** All that is held goes well from here. */
  async finish(): Promise<void> {
    this.journalFails = false;
    // A round sends one row at least.
    const rounds = 60 + this.rows.size;
    for (let round = 0; round < rounds; round += 1) {
      this.endLoad();
      if (this.record?.paused !== undefined) this.pause(false);
      this.endClaim();
      while (this.attempts.open.size > 0) this.endAttempt(0, 'delivered');
      this.promote();
      await this.clock.settle();
      // Past the longest wait for a probe, and never so long that it would be freed in between.
      if (this.claims.open.size === 0) await this.clock.advance(25_000);
    }
  }

  #machine() {
    return deliverySupervisorMachine.provide({
      actions: {
        tellIdle: () => {
          if ([...this.rows.values()].includes('held')) this.wrong.push('idle with rows in its hands');
        },
      },
      actors: {
        load: fromPromise(({ signal }) => this.loads.hold('load', signal)),
        claim: fromPromise(({ input, signal }) => {
          if (this.drained) this.wrong.push('claimed after a drain');
          if (this.record?.state === 'open') this.wrong.push('claimed behind an open breaker');
          if (this.record?.paused !== undefined) this.wrong.push('claimed while paused');
          return this.claims.hold(input.limit, signal);
        }),
        delivery: deliveryMachine.provide({
          actions: {
            tellUnrecorded: ({ context: { delivery } }) => {
              if (!this.released) this.wrong.push(`gave up ${delivery.id} before a release`);
              this.rows.set(delivery.id, 'left');
            },
          },
          actors: {
            attempt: fromPromise(({ input, signal }) => {
              const { id } = input.delivery;
              if (this.rows.get(id) !== 'held') this.wrong.push(`attempted ${id} without holding it`);
              if (this.drained) this.wrong.push('attempted after a drain');
              if (this.record?.state === 'open') this.wrong.push('attempted behind an open breaker');
              if (this.record?.paused !== undefined) this.wrong.push('attempted while paused');
              const most = this.record?.state === 'probing' ? 0 : concurrency - 1;
              if (this.attempts.open.size > most) this.wrong.push(`${this.attempts.open.size + 1} at once`);
              return this.attempts.hold(id, signal);
            }),
            settle: fromPromise(async ({ input: { delivery, result } }) => {
              if (this.journalFails) throw new JournalUnavailable('disk full');
              const next = result?.next ?? ({ status: 'pending' } as const);
              if (this.rows.get(delivery.id) !== 'held') this.wrong.push(`settled ${delivery.id} twice`);
              const rest = next.status === 'pending' ? 'ready' : next.status === 'backoff' ? 'timed' : 'over';
              this.rows.set(delivery.id, rest);
              return settlementEvent(delivery, next);
            }),
          },
        }),
      },
    });
  }
}

const step = (name: string, happen: (it: Supervised) => unknown) => new Step<Supervised>(name, happen);
const always = (name: string, happen: (it: Supervised) => unknown) => fc.constant(step(name, happen));

// What is needed to get anywhere comes often, what ends everything seldom.
const steps = fc.commands(
  [
    fc.oneof(
      {
        weight: 6,
        arbitrary: fc.integer({ min: 1, max: 5 }).map((n) => step(`add ${n}`, (it) => it.add(n))),
      },
      { weight: 4, arbitrary: always('load', (it) => it.endLoad()) },
      { weight: 8, arbitrary: always('claim', (it) => it.endClaim()) },
      {
        weight: 10,
        arbitrary: fc
          .tuple(
            fc.nat(5),
            fc.constantFrom<Outcome>('delivered', 'backoff', 'dead', 'dead', 'gone', 'refused'),
          )
          .map(([n, how]) => step(`attempt ${n} ${how}`, (it) => it.endAttempt(n, how))),
      },
      {
        weight: 3,
        arbitrary: fc.boolean().map((paused) => step(paused ? 'pause' : 'resume', (it) => it.pause(paused))),
      },
      {
        weight: 2,
        arbitrary: fc.boolean().map((fails) =>
          step(`journal ${fails ? 'fails' : 'works'}`, (it) => {
            it.journalFails = fails;
          }),
        ),
      },
      { weight: 2, arbitrary: always('promote', (it) => it.promote()) },
      {
        weight: 4,
        arbitrary: fc
          .constantFrom(1, 1_000, 31_000, 700_000)
          .map((ms) => step(`${ms} ms`, (it) => it.clock.advance(ms))),
      },
      {
        weight: 1,
        arbitrary: always('load fails', (it) => it.loads.take(0)?.[1].fail(new JournalUnavailable('full'))),
      },
      { weight: 1, arbitrary: always('gone', (it) => it.loads.take(0)?.[1].settle(undefined)) },
      { weight: 1, arbitrary: always('drain', (it) => it.tell('drain')) },
      // As the runtime does it: only what drains is released.
      { weight: 1, arbitrary: always('release', (it) => (it.drained ? it.tell('release') : undefined)) },
    ),
  ],
  { maxCommands: 60, size: 'max' },
);

test('an endpoint sends each row once at a time, never too many, and all of them in the end', async () => {
  const records = fc.constantFrom<Partial<EndpointRecord>>(
    {},
    { paused: 'gone' },
    { state: 'open', probeAt: 1 },
  );
  const property = fc.asyncProperty(records, fc.nat(9), steps, async (known, waiting, commands) => {
    const it = new Supervised().start();
    it.known = known;
    it.add(waiting);
    await fc.asyncModelRun(() => ({ model: {}, real: it }), commands);
    await it.finish();
    expect(it.wrong).toEqual([]);
    const states = [...it.rows.values()];
    expect(states).not.toContain('held');
    if (it.active) {
      expect(new Set(states)).toEqual(new Set(states.length > 0 ? ['over'] : []));
      expect(Object.keys(it.actor.getSnapshot().children)).toEqual(['breaker']);
      expect(it.actor.getSnapshot().context.live).toBe(0);
    } else {
      expect(it.actor.getSnapshot().value).toBe('stopped');
      expect(it.clock.pending).toBe(0);
    }
    if (it.drained) expect(it.active).toBe(false);
  });
  await fc.assert(property, { numRuns: 150 });
}, 60_000);

test('a claim that comes only when the breaker probes sends one row, and gives the others back', async () => {
  const it = new Supervised().start();
  it.known = { failures: failures - 1 };
  it.add(1);
  it.endLoad();
  await it.clock.settle();
  it.endClaim();
  await it.clock.settle();
  it.add(4);
  expect([...it.claims.open.keys()]).toEqual([2]);
  it.endAttempt(0, 'dead');
  await it.clock.advance(31_000);
  expect(it.record?.state).toBe('probing');
  it.endClaim();
  await it.clock.settle();
  expect([it.attempts.open.size, it.wrong]).toEqual([1, []]);
  await it.finish();
  expect(new Set(it.rows.values())).toEqual(new Set(['over']));
});

const closedBreaker = {
  record: {
    endpoint,
    state: 'closed',
    failures: 0,
    probeAt: undefined,
    probeDelay: undefined,
    paused: undefined,
  },
  policy: undefined,
  now: 0,
} as const;

test('a delivery whose actor fails in its very first step is judged as a failed attempt', async () => {
  const clock = new FakeClock(0);
  const judged: unknown[] = [];
  let claims = 0;
  let isFirst = true;
  const machine = deliverySupervisorMachine.provide({
    actors: {
      load: fromPromise(async (): Promise<EndpointSettings> => ({ concurrency, breaker: closedBreaker })),
      claim: fromPromise(async (): Promise<readonly DeliveryRecord[]> => {
        claims += 1;
        return claims === 1 ? [deliveryRecord({ id: 'first', endpoint, status: 'attempting' })] : [];
      }),
      delivery: deliveryMachine.provide({
        guards: {
          isGivenBack: () => {
            if (isFirst) {
              isFirst = false;
              throw new Error('a defect of ours');
            }
            return false;
          },
        },
        actors: {
          attempt: fromPromise(async ({ input: { delivery, defect } }): Promise<AttemptResult> => {
            judged.push([delivery.id, String(defect)]);
            return { ...outcomes.dead, health: 'none', attempt: undefined, counts: true, at: 0 };
          }),
          settle: fromPromise(async ({ input: { delivery } }) =>
            settlementEvent(delivery, outcomes.dead.next),
          ),
        },
      }),
    },
  });
  const actor = createActor(machine, { clock, input: { endpoint } });
  actor.subscribe({ error: () => {} });
  actor.start();
  await clock.settle(10);
  expect(judged).toEqual([['first', 'Error: a defect of ours']]);
  expect(actor.getSnapshot()).toMatchObject({ status: 'active', context: { live: 0 } });
  actor.stop();
});

test('a delivery whose actor breaks is judged as a failed attempt, once, and its place is free again', async () => {
  const clock = new FakeClock(0);
  const judged: unknown[] = [];
  const settled: string[] = [];
  const left: unknown[] = [];
  const breaks = new Set(['once', 'twice']);
  let waiting = ['once', 'twice', 'sound'];
  const machine = deliverySupervisorMachine.provide({
    actions: { tellBroken: (_, { actorId }) => void left.push(actorId) },
    actors: {
      load: fromPromise(async (): Promise<EndpointSettings> => ({ concurrency, breaker: closedBreaker })),
      claim: fromPromise(async (): Promise<readonly DeliveryRecord[]> => {
        const ids = waiting;
        waiting = [];
        return ids.map((id) => deliveryRecord({ id, endpoint, status: 'attempting' }));
      }),
      delivery: deliveryMachine.provide({
        actions: {
          tellEndpoint: () => {
            throw new Error('a defect of ours');
          },
        },
        actors: {
          attempt: fromPromise(async ({ input: { delivery, defect } }): Promise<AttemptResult> => {
            if (defect !== undefined) judged.push([delivery.id, defect]);
            const health = breaks.has(delivery.id) ? 'failed' : 'none';
            if (delivery.id === 'once') breaks.delete('once');
            return { ...outcomes.dead, health, attempt: undefined, counts: true, at: 0 };
          }),
          settle: fromPromise(async ({ input: { delivery } }) => {
            settled.push(delivery.id);
            return settlementEvent(delivery, outcomes.dead.next);
          }),
        },
      }),
    },
  });
  const actor = createActor(machine, { clock, input: { endpoint } });
  actor.subscribe({ error: () => {} });
  actor.start();
  await clock.settle(10);
  const defect = new Error('a defect of ours');
  expect(judged).toEqual([
    ['once', defect],
    ['twice', defect],
  ]);
  expect(settled.sort()).toEqual(['once', 'sound']);
  expect(left).toEqual([expect.stringContaining('twice')]);
  expect(actor.getSnapshot()).toMatchObject({ status: 'active', context: { live: 0 } });
  actor.stop();
});

test('what is claimed while a release is sent is given up as well while the journal cannot write', async () => {
  const it = new Supervised().start();
  it.endLoad();
  await it.clock.settle();
  it.add(1);
  it.tell('drain');
  it.tell('release');
  it.endClaim();
  it.journalFails = true;
  await it.clock.advance(3_999);
  expect([it.active, ...it.rows.values()]).toEqual([true, 'held']);
  await it.clock.advance(1);
  expect(it.wrong).toEqual([]);
  expect([it.actor.getSnapshot().value, ...it.rows.values()]).toEqual(['stopped', 'left']);
});
