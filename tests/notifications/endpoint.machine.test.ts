import { describe, expect, test } from 'vitest';
import { createActor, initialTransition, transition } from 'xstate';
import type { EndpointRecord } from '../../src/journal/deliveries.ts';
import { endpointMachine } from '../../src/notifications/endpoint.machine.ts';
import { FakeClock } from '../support/fake-clock.ts';

const fresh: EndpointRecord = {
  endpoint: 'a/n',
  state: 'closed',
  failures: 0,
  probeAt: undefined,
  probeDelay: undefined,
  paused: undefined,
};
/** Alone, without the supervisor that hears of the gate. */
const breaker = endpointMachine.provide({ actions: { tellParent: () => {} } });
const policy = { failures: 3, probeAfter: 30_000 };
const failed = (at: number) => ({ type: 'attempt.failed', at }) as const;
const succeeded = (at: number) => ({ type: 'attempt.succeeded', at }) as const;

describe('a breaker', () => {
  test('opens after so many failures in a row, and a success in between starts the count anew', () => {
    let [state] = initialTransition(breaker, { record: fresh, policy, now: 0 });
    for (const event of [failed(1), failed(2), succeeded(3), failed(4), failed(5)])
      [state] = transition(breaker, state, event);
    expect(state.value).toBe('closed');
    [state] = transition(breaker, state, failed(6));
    expect(state.value).toBe('open');
    expect(state.context.record).toMatchObject({
      state: 'open',
      failures: 3,
      probeAt: 30_006,
      probeDelay: 30_000,
    });
  });

  test('that is switched off never opens', () => {
    let [state] = initialTransition(breaker, { record: fresh, policy: undefined, now: 0 });
    for (let at = 1; at <= 50; at += 1) [state] = transition(breaker, state, failed(at));
    expect(state.value).toBe('closed');
  });

  test('probes after its delay, doubling to ten minutes, and closes on a success', async () => {
    const clock = new FakeClock(0);
    const actor = createActor(breaker, { clock, input: { record: fresh, policy, now: 0 } }).start();
    for (let count = 0; count < 3; count += 1) actor.send(failed(clock.now()));
    const waits = [30_000, 60_000, 120_000, 240_000, 480_000, 600_000, 600_000];
    for (const wait of waits) {
      await clock.advance(wait - 1);
      expect(actor.getSnapshot().value).toBe('open');
      await clock.advance(1);
      expect(actor.getSnapshot().value).toBe('probing');
      actor.send(failed(clock.now()));
    }
    await clock.advance(600_000);
    actor.send(succeeded(clock.now()));
    expect(actor.getSnapshot().context.record).toEqual(fresh);
  });

  test('waits as long as the receiver asked for where that is longer, also over a restart', async () => {
    const clock = new FakeClock(0);
    const actor = createActor(breaker, { clock, input: { record: fresh, policy, now: 0 } }).start();
    const asking = (wait: number) => ({ ...failed(clock.now()), retryAt: clock.now() + wait });
    for (const wait of [0, 0, 1_800_000]) actor.send(asking(wait));
    await clock.advance(60_000);
    const { record } = actor.getSnapshot().context;
    expect(record).toMatchObject({ state: 'open', probeAt: 1_800_000, probeDelay: 30_000 });
    actor.stop();
    const again = createActor(breaker, { clock, input: { record, policy, now: clock.now() } }).start();
    await clock.advance(1_740_000 - 1);
    expect(again.getSnapshot().value).toBe('open');
    await clock.advance(1);
    expect(again.getSnapshot().value).toBe('probing');
    again.send(asking(1_000));
    expect(again.getSnapshot().context.record).toMatchObject({ probeAt: clock.now() + 60_000 });
  });

  test('waits as long as an attempt was told to that was under way when it opened', async () => {
    const clock = new FakeClock(0);
    const actor = createActor(breaker, { clock, input: { record: fresh, policy, now: 0 } }).start();
    for (let count = 0; count < 3; count += 1) actor.send(failed(clock.now()));
    await clock.advance(10_000);
    actor.send({ ...failed(clock.now()), retryAt: 15_000 });
    expect(actor.getSnapshot().context.record).toMatchObject({ failures: 4, probeAt: 30_000 });
    actor.send({ ...failed(clock.now()), retryAt: 90_000 });
    expect(actor.getSnapshot().context.record).toMatchObject({ probeAt: 90_000, probeDelay: 30_000 });
    await clock.advance(80_000 - 1);
    expect(actor.getSnapshot().value).toBe('open');
    await clock.advance(1);
    expect(actor.getSnapshot().value).toBe('probing');
  });

  test('probes as seldom as the file says, also where that is more than ten minutes', async () => {
    const clock = new FakeClock(0);
    const seldom = { failures: 1, probeAfter: 7_200_000 };
    const actor = createActor(breaker, { clock, input: { record: fresh, policy: seldom, now: 0 } }).start();
    for (const at of [7_200_000, 14_400_000]) {
      actor.send(failed(clock.now()));
      expect(actor.getSnapshot().context.record.probeAt).toBe(at);
      await clock.advance(7_200_000);
    }
  });

  test('goes on after a restart where its row says that it was', async () => {
    const clock = new FakeClock(100_000);
    const record: EndpointRecord = {
      ...fresh,
      state: 'open',
      failures: 12,
      probeAt: 110_000,
      probeDelay: 60_000,
    };
    const actor = createActor(breaker, {
      clock,
      input: { record, policy, now: clock.now() },
    }).start();
    expect(actor.getSnapshot().value).toBe('open');
    await clock.advance(10_000);
    expect(actor.getSnapshot().value).toBe('probing');
    actor.send(failed(clock.now()));
    expect(actor.getSnapshot().context.record.probeDelay).toBe(120_000);
  });

  test('probes after no more than its delay where the clock went back by years meanwhile', async () => {
    const clock = new FakeClock(0);
    const record: EndpointRecord = {
      ...fresh,
      state: 'open',
      failures: 3,
      probeAt: 1e12,
      probeDelay: 60_000,
    };
    const actor = createActor(breaker, { clock, input: { record, policy, now: clock.now() } }).start();
    await clock.advance(59_999);
    expect(actor.getSnapshot().value).toBe('open');
    await clock.advance(1);
    expect(actor.getSnapshot().value).toBe('probing');
  });
});
