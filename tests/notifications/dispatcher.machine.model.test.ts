// The dispatcher with its real supervisors, breakers and deliveries, over several endpoints and against whatever may
// happen in whatever order: each row is with one supervisor at a time, no endpoint waits for another, a drain ends.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createActor, fromPromise } from 'xstate';
import type { DeliveryRecord, EndpointRecord } from '../../src/journal/deliveries.ts';
import { JournalUnavailable } from '../../src/journal/errors.ts';
import { type AttemptResult, deliveryMachine } from '../../src/notifications/delivery.machine.ts';
import { dispatcherMachine } from '../../src/notifications/dispatcher.machine.ts';
import {
  deliverySupervisorMachine,
  type EndpointSettings,
} from '../../src/notifications/supervisor.machine.ts';
import { Step } from '../support/commands.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { HeldPromises } from '../support/held-promises.ts';
import { deliveryRecord, settlementEvent } from './plans.ts';

const endpoints = ['a/n', 'b/n', 'c/n'] as const;
type Endpoint = (typeof endpoints)[number];
const policy = { failures: 4, probeAfter: 30_000 };

const outcomes = {
  delivered: { next: { status: 'delivered' }, health: 'succeeded' },
  backoff: { next: { status: 'backoff', nextAttemptAt: 0 }, health: 'failed' },
  dead: { next: { status: 'dead', reason: 'rejected' }, health: 'failed' },
  gone: { next: { status: 'dead', reason: 'gone' }, health: 'gone' },
} satisfies Record<string, Pick<AttemptResult, 'next' | 'health'>>;
type Outcome = keyof typeof outcomes;

interface Row {
  readonly endpoint: string;
  readonly fence: number;
  readonly state: 'ready' | 'held' | 'timed' | 'over' | 'left';
}

/** A dispatcher whose every effect is held until it is let go. A claim takes its rows when it begins. */
class Dispatched {
  readonly clock = new FakeClock(0);
  readonly rows = new Map<string, Row>();
  readonly records = new Map<string, EndpointRecord>();
  readonly concurrency = new Map<string, number>(endpoints.map((endpoint) => [endpoint, 2]));
  readonly loads = new HeldPromises<string, EndpointSettings>();
  readonly claims = new HeldPromises<string, readonly DeliveryRecord[]>();
  /** What the claims under way have taken, by endpoint. */
  readonly taken = new Map<string, readonly string[]>();
  readonly attempts = new HeldPromises<string, AttemptResult>();
  readonly wrong: string[] = [];
  journalFails = false;
  drained = false;
  released = false;
  readonly actor = createActor(this.#machine(), { clock: this.clock });

  start(): this {
    this.actor.subscribe({ error: (thrown) => this.wrong.push(`the dispatcher failed: ${String(thrown)}`) });
    this.actor.start();
    return this;
  }

  get active(): boolean {
    return this.actor.getSnapshot().status === 'active';
  }

  get children(): string[] {
    return Object.keys(this.actor.getSnapshot().children);
  }

  states(of: readonly string[] = endpoints): Set<Row['state']> {
    const states = [...this.rows.values()].filter(({ endpoint }) => of.includes(endpoint));
    return new Set(states.map(({ state }) => state));
  }

  add(endpoint: Endpoint, count: number): void {
    for (let made = 0; made < count; made += 1)
      this.rows.set(`msg_${this.rows.size}`, { endpoint, fence: 0, state: 'ready' });
    this.wake([endpoint]);
  }

  wake(ready: readonly string[]): void {
    if (this.active) this.actor.send({ type: 'rows.ready', endpoints: ready });
  }

  /** What waits for its time comes due. */
  promote(): void {
    const due = [...this.rows].filter(([, { state }]) => state === 'timed');
    for (const [id] of due) this.#move(id, 'ready');
    if (due.length > 0) this.wake(due.map(([, { endpoint }]) => endpoint));
  }

  endLoad(place: number, how: 'found' | 'removed' | 'fails' = 'found'): void {
    const [endpoint, load] = this.loads.take(place) ?? [];
    if (endpoint === undefined || load === undefined) return;
    if (how === 'fails') load.fail(new JournalUnavailable('disk full'));
    else if (how === 'removed') {
      for (const [id, row] of this.rows) if (row.endpoint === endpoint) this.#move(id, 'over');
      load.settle(undefined);
    } else {
      const breaker = { record: this.record(endpoint), policy, now: this.clock.now() };
      load.settle({ concurrency: this.concurrency.get(endpoint) ?? 1, breaker });
    }
  }

  endClaim(place: number): void {
    const [endpoint, claim] = this.claims.take(place) ?? [];
    if (endpoint === undefined || claim === undefined) return;
    const ids = this.taken.get(endpoint) ?? [];
    this.taken.delete(endpoint);
    if (this.journalFails) {
      for (const id of ids) this.#move(id, 'ready');
      claim.fail(new JournalUnavailable('disk full'));
      return;
    }
    const fence = (id: string) => this.rows.get(id)?.fence ?? 0;
    claim.settle(ids.map((id) => deliveryRecord({ id, endpoint, fence: fence(id), status: 'attempting' })));
  }

  endAttempt(id: string | undefined, outcome: Outcome): void {
    const attempt = id === undefined ? undefined : this.attempts.open.get(id);
    if (id === undefined || attempt === undefined) return;
    this.attempts.open.delete(id);
    const at = this.clock.now();
    const record = { at, status: undefined, durationMs: 0, error: undefined, answer: undefined };
    attempt.settle({ ...outcomes[outcome], attempt: record, counts: true, at });
  }

  /** The file is read anew. */
  change(endpoint: Endpoint, concurrency: number): void {
    this.concurrency.set(endpoint, concurrency);
    const change = { endpoint, concurrency, policy, at: this.clock.now() };
    if (this.active) this.actor.send({ type: 'endpoints.changed', endpoints: [change] });
  }

  resume(endpoint: Endpoint): void {
    const { children } = this.actor.getSnapshot();
    const breaker = children[endpoint]?.getSnapshot().context.breaker;
    breaker?.send({ type: 'endpoint.resume', at: this.clock.now() });
    this.records.set(endpoint, { ...this.record(endpoint), paused: undefined });
    this.wake([endpoint]);
  }

  /** It said that it is idle, and was woken before that was heard. */
  idleLate(endpoint: Endpoint): void {
    const { children } = this.actor.getSnapshot();
    const child = children[endpoint]?.getSnapshot();
    if (child?.matches({ running: 'claiming' })) this.actor.send({ type: 'endpoint.idle', endpoint });
  }

  tell(type: 'drain' | 'release'): void {
    if (!this.active) return;
    if (type === 'drain') this.drained = true;
    else this.released = true;
    this.actor.send({ type });
  }

  /** From here all goes well that is of these endpoints; the receivers of others never answer. */
  async finish(of: readonly Endpoint[], done: () => boolean): Promise<void> {
    this.journalFails = false;
    for (let round = 0; round < 60 && !done(); round += 1) {
      while (this.loads.open.size > 0) this.endLoad(0);
      // Who resumes an endpoint that loads waits for its breaker.
      await this.clock.settle(1);
      while (this.claims.open.size > 0) this.endClaim(0);
      for (const endpoint of of) if (this.record(endpoint).paused !== undefined) this.resume(endpoint);
      for (const id of [...this.attempts.open.keys()])
        if (of.some((endpoint) => endpoint === this.rows.get(id)?.endpoint)) this.endAttempt(id, 'delivered');
      this.promote();
      await this.clock.advance(25_000);
    }
  }

  record(endpoint: string): EndpointRecord {
    const fresh = { failures: 0, probeAt: undefined, probeDelay: undefined, paused: undefined };
    return this.records.get(endpoint) ?? { endpoint, state: 'closed', ...fresh };
  }

  held(endpoint: string): number {
    return [...this.rows.values()].filter((row) => row.endpoint === endpoint && row.state === 'held').length;
  }

  sending(endpoint: string): number {
    return [...this.attempts.open.keys()].filter((id) => this.rows.get(id)?.endpoint === endpoint).length;
  }

  #move(id: string, state: Row['state']): void {
    const row = this.rows.get(id);
    if (row === undefined) throw new Error(`no row ${id}`);
    this.rows.set(id, { ...row, state, fence: row.fence + (state === 'held' ? 1 : 0) });
  }

  #claim(endpoint: string, limit: number, signal: AbortSignal): Promise<readonly DeliveryRecord[]> {
    if (this.drained) this.wrong.push('claimed after a drain');
    if (this.claims.open.has(endpoint)) this.wrong.push(`two claims for ${endpoint}`);
    const most = this.concurrency.get(endpoint) ?? 0;
    const [sending, held] = [this.sending(endpoint), this.held(endpoint)];
    if (sending + limit > most) this.wrong.push(`${limit} more than ${sending} under way, of ${most}`);
    // What is only being committed does not pile up behind a journal that cannot write.
    if (held + limit > 2 * most) this.wrong.push(`${limit} more than ${held} held, of twice ${most}`);
    const ready = [...this.rows].filter(([, row]) => row.endpoint === endpoint && row.state === 'ready');
    const ids = ready.slice(0, limit).map(([id]) => id);
    for (const id of ids) this.#move(id, 'held');
    this.taken.set(endpoint, ids);
    return this.claims.hold(endpoint, signal);
  }

  #machine() {
    const delivery = deliveryMachine.provide({
      actions: {
        tellUnrecorded: ({ context: { delivery } }) => {
          if (!this.released) this.wrong.push(`gave up ${delivery.id} before a release`);
          this.#move(delivery.id, 'left');
        },
      },
      actors: {
        attempt: fromPromise(({ input: { delivery }, signal }) => {
          const { id, fence } = delivery;
          const row = this.rows.get(id);
          if (row?.state !== 'held' || row.fence !== fence) this.wrong.push(`attempted ${id} of another`);
          if (this.attempts.open.has(id)) this.wrong.push(`attempted ${id} twice at once`);
          if (this.drained) this.wrong.push('attempted after a drain');
          return this.attempts.hold(id, signal);
        }),
        settle: fromPromise(async ({ input: { delivery, result, endpoint } }) => {
          if (this.journalFails) throw new JournalUnavailable('disk full');
          const next = result?.next ?? ({ status: 'pending' } as const);
          if (this.rows.get(delivery.id)?.state !== 'held') this.wrong.push(`settled ${delivery.id} twice`);
          const rest = next.status === 'pending' ? 'ready' : next.status === 'backoff' ? 'timed' : 'over';
          this.#move(delivery.id, rest);
          if (result !== undefined)
            this.records.set(delivery.endpoint, endpoint.getSnapshot().context.record);
          return settlementEvent(delivery, next);
        }),
      },
    });
    const endpoint = deliverySupervisorMachine.provide({
      actors: {
        load: fromPromise(({ input, signal }) => this.loads.hold(input.endpoint, signal)),
        claim: fromPromise(({ input, signal }) => this.#claim(input.endpoint, input.limit, signal)),
        delivery,
      },
    });
    return dispatcherMachine.provide({ actors: { endpoint } });
  }
}

/** What must hold after each step. */
function check(it: Dispatched): void {
  if (it.active) expect(it.actor.getSnapshot().context.live).toBe(it.children.length);
  expect(it.wrong).toEqual([]);
}

const step = (name: string, happen: (it: Dispatched) => unknown) =>
  new Step<Dispatched>(name, async (it) => {
    await happen(it);
    await it.clock.settle(1);
    check(it);
  });
const some = fc.constantFrom(...endpoints);
const weighted = (weight: number, arbitrary: fc.Arbitrary<Step<Dispatched>>) => ({ weight, arbitrary });

// What is needed to get anywhere comes often, what ends everything seldom.
const steps = fc.commands(
  [
    fc.oneof(
      weighted(
        6,
        fc
          .tuple(some, fc.integer({ min: 1, max: 4 }))
          .map(([of, n]) => step(`add ${n} to ${of}`, (it) => it.add(of, n))),
      ),
      weighted(
        5,
        fc.nat(2).map((n) => step(`load ${n}`, (it) => it.endLoad(n))),
      ),
      weighted(
        7,
        fc.nat(2).map((n) => step(`claim ${n}`, (it) => it.endClaim(n))),
      ),
      weighted(
        8,
        fc
          .tuple(fc.nat(5), fc.constantFrom<Outcome>('delivered', 'delivered', 'backoff', 'dead', 'gone'))
          .map(([n, how]) =>
            step(`attempt ${n} ${how}`, (it) => it.endAttempt([...it.attempts.open.keys()][n], how)),
          ),
      ),
      weighted(2, fc.constant(step('promote', (it) => it.promote()))),
      weighted(
        4,
        fc.constantFrom(1_000, 31_000, 700_000).map((ms) => step(`${ms} ms`, (it) => it.clock.advance(ms))),
      ),
      weighted(
        2,
        fc
          .tuple(some, fc.integer({ min: 1, max: 4 }))
          .map(([of, n]) => step(`${of} gets ${n}`, (it) => it.change(of, n))),
      ),
      weighted(
        2,
        some.map((of) => step(`resume ${of}`, (it) => it.resume(of))),
      ),
      weighted(
        2,
        fc.boolean().map((fails) =>
          step(`journal ${fails ? 'fails' : 'works'}`, (it) => {
            it.journalFails = fails;
          }),
        ),
      ),
      weighted(
        1,
        fc.constantFrom('removed', 'fails').map((how) => step(`load: ${how}`, (it) => it.endLoad(0, how))),
      ),
      weighted(
        1,
        some.map((of) => step(`late idle of ${of}`, (it) => it.idleLate(of))),
      ),
      weighted(1, fc.constant(step('drain', (it) => it.tell('drain')))),
      // As the runtime does it: only what drains is released.
      weighted(1, fc.constant(step('release', (it) => (it.drained ? it.tell('release') : undefined)))),
    ),
  ],
  { maxCommands: 60, size: 'max' },
);

test('every endpoint sends its rows once at a time, whatever the others do, and is freed or drained in the end', async () => {
  const property = fc.asyncProperty(steps, async (commands) => {
    const it = new Dispatched().start();
    await fc.asyncModelRun(() => ({ model: {}, real: it }), commands);
    // The first endpoint's receiver never answers from here.
    const others = endpoints.slice(1);
    const areOver = (of: readonly Endpoint[]) => [...it.states(of)].every((state) => state === 'over');
    await it.finish(others, () => areOver(others));
    if (!it.drained) expect(areOver(others)).toBe(true);
    await it.finish(
      endpoints,
      () => it.children.length === 0 && (it.drained ? !it.active : areOver(endpoints)),
    );
    check(it);
    expect(it.states()).not.toContain('held');
    expect(it.actor.getSnapshot()).toMatchObject({
      value: it.drained ? 'stopped' : 'running',
      context: { live: 0 },
    });
    expect(it.children).toEqual([]);
    if (!it.drained) expect(areOver(endpoints)).toBe(true);
    expect(it.clock.pending).toBe(0);
  });
  await fc.assert(property, { numRuns: 100 });
}, 60_000);
