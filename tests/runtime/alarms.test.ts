import { expect, test } from 'vitest';
import { Alarms } from '../../src/runtime/alarms.ts';
import { FakeClock } from '../support/fake-clock.ts';

test('of a thousand alarms that are due at once twenty-five are at work, the others ring as these end', async () => {
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
  expect(rung).toEqual(Array.from({ length: 25 }, (_, index) => index));
  alarms.clear('k25');
  endings.shift()?.();
  await clock.settle();
  expect(rung.slice(25)).toEqual([26]);
  while (endings.length > 0) {
    endings.shift()?.();
    await clock.settle(1);
  }
  expect(rung).toHaveLength(999);
});

test('work that fails makes room as well', async () => {
  const clock = new FakeClock();
  const alarms = new Alarms(clock);
  for (let index = 0; index < 25; index += 1)
    alarms.work(() => Promise.reject(new Error('full'))).catch(() => {});
  let rang = false;
  alarms.set('k', 0, () => {
    rang = true;
  });
  await clock.advance(0);
  expect(rang).toBe(true);
});
