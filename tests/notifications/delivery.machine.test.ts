import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createActor, fromPromise, getNextSnapshot, initialTransition } from 'xstate';
import { JournalUnavailable, StaleFence } from '../../src/journal/errors.ts';
import { type AttemptResult, deliveryMachine } from '../../src/notifications/delivery.machine.ts';
import { endpointMachine } from '../../src/notifications/endpoint.machine.ts';
import { Step } from '../support/commands.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { deliveryRecord, settlementEvent } from './plans.ts';

const attempt = { at: 0, status: 503, durationMs: 7, error: undefined, answer: undefined };
const results = {
  delivered: { next: { status: 'delivered' }, health: 'succeeded' },
  backoff: { next: { status: 'backoff', nextAttemptAt: 9_000 }, health: 'failed' },
  dead: { next: { status: 'dead', reason: 'rejected: answered 404' }, health: 'failed' },
  gone: { next: { status: 'dead', reason: 'gone: answered 410' }, health: 'gone' },
  refused: { next: { status: 'dead', reason: 'refused: a local name' }, health: 'none' },
} satisfies Record<string, Pick<AttemptResult, 'next' | 'health'>>;
type Result = keyof typeof results;

const breaker = {
  record: {
    endpoint: 'a/n',
    state: 'closed',
    failures: 0,
    probeAt: undefined,
    probeDelay: undefined,
    paused: undefined,
  },
  policy: { failures: 10, probeAfter: 30_000 },
  now: 0,
} as const;

type Fault = 'none' | 'full' | 'stale';
interface Released {
  readonly releasing: boolean;
  readonly fault: Fault;
}

/** One delivery whose request and whose journal do what the test says. */
class Sending {
  readonly clock = new FakeClock(0);
  readonly emitted: string[] = [];
  /** What the breaker held at each settlement, and what was settled. */
  readonly settled: { readonly status: string; readonly failures: number }[] = [];
  readonly endpoint = createActor(endpointMachine.provide({ actions: { tellParent: () => {} } }), {
    clock: this.clock,
    input: breaker,
  }).start();
  fault: Fault;
  attempts = 0;
  /** How often it said that its attempt is over. */
  overs = 0;
  #end: ((result: AttemptResult) => void) | undefined;
  #break: ((reason: unknown) => void) | undefined;
  readonly actor;

  constructor(giveBack = false, { releasing = false, fault = 'none' }: Partial<Released> = {}) {
    this.fault = fault;
    const machine = deliveryMachine.provide({
      actions: {
        tellOver: () => {
          this.overs += 1;
        },
      },
      actors: {
        attempt: fromPromise(({ input: { defect } }) => {
          if (defect !== undefined)
            return Promise.resolve({ ...results.backoff, attempt, counts: true, at: this.clock.now() });
          this.attempts += 1;
          return new Promise<AttemptResult>((resolve, reject) => {
            this.#end = resolve;
            this.#break = reject;
          });
        }),
        settle: fromPromise(async ({ input: { delivery, result, endpoint } }) => {
          if (this.fault === 'full') throw new JournalUnavailable('full');
          if (this.fault === 'stale') throw new StaleFence('the delivery');
          const next = result?.next ?? ({ status: 'pending' } as const);
          const { failures } = endpoint.getSnapshot().context.record;
          this.settled.push({ status: next.status, failures });
          return settlementEvent(delivery, next);
        }),
      },
    });
    const input = { delivery: deliveryRecord(), probe: false, giveBack, endpoint: this.endpoint, releasing };
    this.actor = createActor(machine, { clock: this.clock, input });
    this.actor.on('*', ({ type }) => this.emitted.push(type));
    this.actor.start();
  }

  get state() {
    return this.actor.getSnapshot().value;
  }

  end(result: Result): void {
    this.#end?.({ ...results[result], attempt, counts: true, at: this.clock.now() });
  }

  /** A defect of ours. */
  break(): void {
    this.#break?.(new Error('a defect'));
  }

  release(): void {
    if (this.actor.getSnapshot().status === 'active') this.actor.send({ type: 'delivery.release' });
  }
}

describe('a delivery', () => {
  test.each([
    ['delivered', 'delivered', 'delivery.delivered', 0],
    ['backoff', 'backoff', 'delivery.backoff', 1],
    ['dead', 'dead', 'delivery.dead', 1],
    ['gone', 'dead', 'delivery.dead', 0],
    ['refused', 'dead', 'delivery.dead', 0],
  ] as const)(
    'that is %s ends as %s, with what its breaker knows after it',
    async (result, state, event, failures) => {
      const it = new Sending();
      expect([it.state, it.overs]).toEqual(['attempting', 0]);
      it.end(result);
      await it.clock.settle();
      expect(it.state).toBe(state);
      expect([it.emitted, it.overs]).toEqual([[event], 1]);
      expect(it.settled).toEqual([{ status: results[result].next.status, failures }]);
      expect(it.endpoint.getSnapshot().context.record.paused).toBe(result === 'gone' ? 'gone' : undefined);
    },
  );

  test('that succeeds clears what its breaker has counted', async () => {
    const it = new Sending();
    it.endpoint.send({ type: 'attempt.failed', at: 0 });
    expect(it.endpoint.getSnapshot().context.record.failures).toBe(1);
    it.end('delivered');
    await it.clock.settle();
    expect(it.settled).toEqual([{ status: 'delivered', failures: 0 }]);
  });

  test('that was claimed too late is given back and never attempted', async () => {
    const it = new Sending(true);
    await it.clock.settle();
    expect(it.state).toBe('waiting');
    expect([it.attempts, it.overs, it.settled]).toEqual([0, 1, [{ status: 'pending', failures: 0 }]]);
    expect(it.emitted).toEqual([]);
  });

  test('holds what became of it while the journal cannot write', async () => {
    const it = new Sending();
    it.fault = 'full';
    it.end('delivered');
    await it.clock.advance(3_500);
    expect(it.state).toEqual({ settling: 'holding' });
    expect(it.emitted).toEqual([]);
    it.fault = 'none';
    await it.clock.advance(1_000);
    expect(it.state).toBe('delivered');
    expect(it.attempts).toBe(1);
  });

  test('gives up what became of it when a release finds it held, after five more tries', async () => {
    const it = new Sending();
    it.fault = 'full';
    it.end('delivered');
    await it.clock.advance(10_000);
    it.release();
    await it.clock.advance(4_999);
    expect(it.state).toEqual({ settling: 'holding' });
    await it.clock.advance(1);
    expect([it.state, it.emitted, it.settled]).toEqual(['unrecorded', [], []]);
  });

  test('that a release stops gives up its return after five tries', async () => {
    const it = new Sending();
    it.fault = 'full';
    it.release();
    await it.clock.advance(4_000);
    expect(it.state).toBe('unrecorded');
  });

  test('claimed after the release gives up its return after five tries', async () => {
    const it = new Sending(true, { releasing: true, fault: 'full' });
    await it.clock.advance(4_000);
    expect(it.state).toBe('unrecorded');
  });

  test('does not take a release back once it has an answer', () => {
    const endpoint = createActor(endpointMachine, { input: breaker });
    const input = { delivery: deliveryRecord(), probe: false, giveBack: true, endpoint };
    const machine = deliveryMachine.provide({ actions: { tellOver: () => {} } });
    const [settling] = initialTransition(machine, input);
    expect(settling.value).toEqual({ settling: 'committing' });
    const after = getNextSnapshot(machine, settling, { type: 'delivery.release' });
    expect(after.value).toEqual({ settling: 'committing' });
  });

  test('ends in exactly one way, whatever comes in whatever order', async () => {
    const steps = fc.commands(
      [
        fc
          .constantFrom<Result>('delivered', 'backoff', 'dead', 'gone', 'refused')
          .map((result) => new Step<Sending>(result, (it) => it.end(result))),
        fc.constant(new Step<Sending>('breaks', (it) => it.break())),
        fc.constant(new Step<Sending>('release', (it) => it.release())),
        fc.constantFrom('none', 'full', 'full', 'stale').map(
          (fault) =>
            new Step<Sending>(`journal ${fault}`, (it) => {
              it.fault = fault;
            }),
        ),
        fc
          .constantFrom(1, 999, 5_000)
          .map((ms) => new Step<Sending>(`${ms} ms`, (it) => it.clock.advance(ms))),
      ],
      { maxCommands: 15 },
    );
    const property = fc.asyncProperty(steps, fc.boolean(), async (commands, giveBack) => {
      const it = new Sending(giveBack);
      await fc.asyncModelRun(() => ({ model: {}, real: it }), commands);
      if (it.fault === 'full') it.fault = 'none';
      it.end('delivered');
      await it.clock.advance(10_000);
      expect(it.actor.getSnapshot().status).toBe('done');
      const state = String(it.state);
      const told = ['delivered', 'backoff', 'dead'].includes(state);
      // Settled once and told once; or given back once, and silent; or lost or given up, and nothing at all.
      expect(it.emitted).toEqual(told ? [`delivery.${state}`] : []);
      expect(it.settled.map(({ status }) => status)).toEqual(
        ['lost', 'unrecorded'].includes(state) ? [] : [state === 'waiting' ? 'pending' : state],
      );
      expect(it.attempts).toBe(giveBack ? 0 : 1);
      expect(it.clock.pending).toBe(0);
    });
    await fc.assert(property, { numRuns: 100 });
  });
});
