import { expect, test } from 'vitest';
import { Alarms } from '../../src/runtime/alarms.ts';
import { FakeClock } from '../support/fake-clock.ts';

test('of a thousand alarms that are due at once forty are at work, the others ring as these end', async () => {
  const clock = new FakeClock();
  const alarms = new Alarms(clock);
  const rung: number[] = [];
  const endings: (() => void)[] = [];
  for (let index = 0; index < 1_000; index += 1) {
    alarms.set(`k${index}`, 1_000, () => {
      rung.push(index);
      void alarms.work(() => new Promise<void>((resolve) => endings.push(resolve)));
    });
  }
  await clock.advance(1_000);
  expect(rung).toEqual(Array.from({ length: 40 }, (_, index) => index));
  alarms.clear('k40');
  endings.shift()?.();
  await clock.settle();
  expect(rung.slice(40)).toEqual([41]);
  while (endings.length > 0) {
    endings.shift()?.();
    await clock.settle(1);
  }
  expect(rung).toHaveLength(999);
});

test('others ring when the turn is over, so that what the ended work led to comes first', async () => {
  const clock = new FakeClock();
  const alarms = new Alarms(clock);
  const order: string[] = [];
  for (let index = 0; index < 200; index += 1) {
    alarms.set(`k${index}`, 1_000, () => {
      order.push('ring');
      void alarms.work(async () => clock.nextTurn(() => order.push('claim')));
    });
  }
  await clock.advance(1_000);
  await clock.settle(20);
  // Work that is over within its turn must not let the next one ring within the same.
  expect(order.slice(0, 80)).toEqual([...Array(40).fill('ring'), ...Array(40).fill('claim')]);
  expect(order.filter((what) => what === 'ring')).toHaveLength(200);
});

test('one that is cleared rings no more, and one that is set anew rings once, when it is due', async () => {
  const clock = new FakeClock();
  const alarms = new Alarms(clock);
  const rung: [string, number][] = [];
  const set = (key: string, ms: number) => alarms.set(key, ms, () => rung.push([key, clock.monotonic()]));
  set('a', 100);
  set('b', 50);
  set('c', 200);
  alarms.clear('b');
  set('a', 300);
  await clock.advance(1_000);
  set('d', 10);
  await clock.advance(1_000);
  expect(rung).toEqual([
    ['c', 200],
    ['a', 300],
    ['d', 1_010],
  ]);
  set('e', 10);
  alarms.clearAll();
  expect(clock.pending).toBe(0);
});

test('work that fails makes room as well', async () => {
  const clock = new FakeClock();
  const alarms = new Alarms(clock);
  for (let index = 0; index < 40; index += 1)
    alarms.work(() => Promise.reject(new Error('full'))).catch(() => {});
  let rang = false;
  alarms.set('k', 0, () => {
    rang = true;
  });
  await clock.advance(0);
  expect(rang).toBe(true);
});
