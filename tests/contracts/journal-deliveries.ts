import { expect, test } from 'vitest';
import type { AttemptRecord, EndpointRecord } from '../../src/journal/deliveries.ts';
import { StaleFence } from '../../src/journal/errors.ts';
import {
  claimOneDelivery,
  deadEvent,
  eventTypes,
  newDelivery,
  type Opener,
  start,
} from './journal-fixtures.ts';

const endpoint = 'agent/ops';
const answered = (status: number): AttemptRecord => ({
  at: start + 1,
  status,
  durationMs: 12,
  error: undefined,
  answer: `answer ${status}`,
});
const open10: EndpointRecord = {
  endpoint,
  state: 'open',
  failures: 10,
  probeAt: start + 30_000,
  probeDelay: 60_000,
  paused: undefined,
};

export function deliveryContract(open: Opener): void {
  test('an attempt, the new state and the breaker are one commit', async () => {
    const { journal } = await open();
    await journal.addDelivery(newDelivery('msg_1'));
    const claimed = await claimOneDelivery(journal);
    expect(claimed).toMatchObject({ id: 'msg_1', status: 'attempting', attempts: [], attemptsUsed: 0 });
    const { event } = await journal.settleDelivery({
      id: 'msg_1',
      fence: claimed.fence,
      at: start + 2,
      attempt: answered(503),
      counts: true,
      next: { status: 'backoff', nextAttemptAt: start + 1_000 },
      endpoint: { ...open10, state: 'closed', failures: 1, probeAt: undefined, probeDelay: undefined },
    });
    expect(event).toMatchObject({ type: 'delivery.backoff', attempts: 1, error: 'status 503' });
    expect(await journal.getDelivery('msg_1')).toMatchObject({
      status: 'backoff',
      attemptsUsed: 1,
      nextAttemptAt: start + 1_000,
      attempts: [answered(503)],
    });
    expect(await journal.listEndpoints()).toMatchObject([{ endpoint, failures: 1, state: 'closed' }]);
    expect((await journal.claimDeliveries({ endpoint, limit: 9, now: start })).claimed).toEqual([]);
    expect(await journal.nextDueAt()).toBe(start + 1_000);
    expect((await journal.promoteDue(start + 1_000)).endpoints).toEqual([endpoint]);
    const again = await claimOneDelivery(journal);
    const { event: last } = await journal.settleDelivery({
      id: 'msg_1',
      fence: again.fence,
      at: start + 3,
      attempt: answered(200),
      counts: true,
      next: { status: 'delivered' },
    });
    expect(last).toMatchObject({ type: 'delivery.delivered', attempts: 2, status: 200 });
    const delivered = await journal.getDelivery('msg_1');
    expect(delivered).toMatchObject({ status: 'delivered', attemptsUsed: 2, reason: undefined });
    expect(delivered?.attempts.map((attempt) => attempt.status)).toEqual([503, 200]);
    // What is told is what the stream says.
    expect((await journal.listEvents(0, 9)).map(({ data }) => data)).toEqual([event, last]);
    expect(await journal.endpointsWithWork()).toEqual([]);
  });

  test('a worker that lost its claim, or whose delivery is over, writes nothing', async () => {
    const { journal } = await open();
    await journal.addDelivery(newDelivery('msg_1'));
    const old = await claimOneDelivery(journal);
    await journal.recover(start);
    const settle = (fence: number) =>
      journal.settleDelivery({
        id: 'msg_1',
        fence,
        at: start,
        attempt: answered(200),
        counts: true,
        next: { status: 'delivered' },
        endpoint: open10,
      });
    await expect(settle(old.fence)).rejects.toThrow(StaleFence);
    const held = await claimOneDelivery(journal);
    await expect(settle(old.fence)).rejects.toThrow(StaleFence);
    expect(await journal.getDelivery('msg_1')).toMatchObject({ status: 'attempting', attempts: [] });
    expect(await journal.listEndpoints()).toEqual([]);
    const opened = { type: 'endpoint.opened', endpoint, at: start };
    expect((await settle(held.fence)).news).toEqual([opened]);
    await expect(settle(held.fence)).rejects.toThrow(StaleFence);
    expect((await journal.getDelivery('msg_1'))?.attempts).toHaveLength(1);
  });

  test('claims go oldest first and only to the endpoint', async () => {
    const { journal } = await open();
    for (const id of ['msg_1', 'msg_2', 'msg_3']) await journal.addDelivery(newDelivery(id));
    await journal.addDelivery(newDelivery('msg_4', { endpoint: 'callback:https://a.example' }));
    const claim = async (limit: number) =>
      (await journal.claimDeliveries({ endpoint, limit, now: start })).claimed.map(({ id }) => id);
    expect(await journal.endpointsWithWork()).toEqual([endpoint, 'callback:https://a.example']);
    expect(await claim(2)).toEqual(['msg_1', 'msg_2']);
    expect(await claim(9)).toEqual(['msg_3']);
    expect(await journal.endpointsWithWork()).toHaveLength(2);
  });

  test('a claim that was given back, or a probe, uses no attempt', async () => {
    const { journal } = await open();
    await journal.addDelivery(newDelivery('msg_1'));
    const give = async (attempt: AttemptRecord | undefined) => {
      const { id, fence } = await claimOneDelivery(journal);
      const next = { status: 'pending' } as const;
      const { event } = await journal.settleDelivery({ id, fence, at: start, attempt, counts: false, next });
      expect(event).toBeUndefined();
      return journal.getDelivery(id);
    };
    expect(await give(undefined)).toMatchObject({ status: 'pending', attemptsUsed: 0, attempts: [] });
    const probed = await give(answered(500));
    expect(probed).toMatchObject({ status: 'pending', attemptsUsed: 0 });
    expect(probed?.attempts).toHaveLength(1);
  });

  test('what cannot be sent starts in the dead letters', async () => {
    const { journal } = await open();
    await journal.addDelivery(newDelivery('msg_1', { dead: 'no JSON at offset 3' }));
    expect(await journal.getDelivery('msg_1')).toMatchObject({
      status: 'dead',
      reason: 'no JSON at offset 3',
    });
    expect((await journal.claimDeliveries({ endpoint, limit: 1, now: start })).claimed).toEqual([]);
    expect(await eventTypes(journal)).toEqual(['delivery.dead']);
    // And stays there: it has no body that could be sent.
    expect(await journal.replayDelivery('msg_1', start, start + 5)).toBeUndefined();
  });

  test('a dead letter starts afresh under its own id, with the attempts of its earlier life', async () => {
    const { journal } = await open();
    await journal.addDelivery(newDelivery('msg_1'));
    expect(await journal.replayDelivery('msg_1', start, start + 5)).toBeUndefined();
    expect(await journal.replayDelivery('nobody', start, start + 5)).toBeUndefined();
    const { fence } = await claimOneDelivery(journal);
    const dead = { status: 'dead', reason: 'attempts used up' } as const;
    await journal.settleDelivery({
      id: 'msg_1',
      fence,
      at: start,
      attempt: answered(500),
      counts: true,
      next: dead,
    });
    const again = await journal.replayDelivery('msg_1', start, start + 5);
    expect(again).toMatchObject({ id: 'msg_1', status: 'pending', attemptsUsed: 0, expiresAt: start + 5 });
    expect(again?.attempts).toHaveLength(1);
    expect(again?.reason).toBeUndefined();
    expect((await claimOneDelivery(journal)).fence).toBeGreaterThan(fence);
  });

  test('burying takes everything of the endpoint that waits, and leaves what is under way to its worker', async () => {
    const { journal } = await open();
    for (const id of ['msg_1', 'msg_2']) await journal.addDelivery(newDelivery(id));
    await journal.addDelivery(newDelivery('other', { endpoint: 'agent/other' }));
    const { fence } = await claimOneDelivery(journal);
    expect(await journal.buryDeliveries(endpoint, 'removed', start)).toEqual([
      deadEvent('msg_2', 'removed', start),
    ]);
    const again = await journal.replayDelivery('msg_2', start, start + 5);
    expect(again).toMatchObject({ status: 'pending' });
    await journal.buryDeliveries(endpoint, 'removed', start);
    const done = { id: 'msg_1', fence, at: start, counts: true, next: { status: 'delivered' } } as const;
    expect((await journal.settleDelivery(done)).event).toMatchObject({
      deliveryId: 'msg_1',
      type: 'delivery.delivered',
      attempts: 0,
    });
    expect(await journal.getDelivery('msg_2')).toMatchObject({ status: 'dead', reason: 'removed' });
    expect(await journal.endpointsWithWork()).toEqual(['agent/other']);
    expect(await journal.buryDeliveries(endpoint, 'removed', start)).toEqual([]);
  });

  test('deliveries wait while the breaker of their endpoint is not closed', async () => {
    const { journal } = await open();
    for (const id of ['msg_1', 'msg_2']) await journal.addDelivery(newDelivery(id));
    await journal.addDelivery(newDelivery('other', { endpoint: 'agent/other' }));
    await claimOneDelivery(journal);
    await journal.saveEndpoint(open10, start);
    const statuses = async () =>
      (await journal.listDeliveries({ limit: 9 })).items.map((delivery) => delivery.status);
    const ids = async (status: 'waiting' | 'pending') =>
      (await journal.listDeliveries({ limit: 9, status })).items.map((delivery) => delivery.id);
    expect(await statuses()).toEqual(['pending', 'waiting', 'attempting']);
    expect(await ids('waiting')).toEqual(['msg_2']);
    expect(await ids('pending')).toEqual(['other']);
    await journal.saveEndpoint({ ...open10, state: 'probing' }, start);
    expect(await ids('waiting')).toEqual(['msg_2']);
    await journal.saveEndpoint({ ...open10, state: 'closed', failures: 0 }, start);
    expect(await ids('waiting')).toEqual([]);
    expect(await ids('pending')).toEqual(['other', 'msg_2']);
    expect(await eventTypes(journal)).toEqual(['endpoint.opened', 'endpoint.closed']);
  });
}
