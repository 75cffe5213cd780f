import { expect, test } from 'vitest';
import { watchRetention } from '../../src/runtime/watches.ts';
import { FakeClock } from '../support/fake-clock.ts';

const minute = 60_000;
const hour = 60 * minute;
const silent = () => {};

function pruning() {
  const clock = new FakeClock('2026-06-01T12:00:00Z');
  const looks: string[] = [];
  const stop = watchRetention({
    clock,
    journal: () => ({
      async prune(before) {
        looks.push(new Date(before).toISOString());
        return 0;
      },
    }),
    keep: () => 24 * hour,
    log: { debug: silent, info: silent, warn: silent, error: silent },
  });
  return { clock, looks, stop };
}

test('a wall clock that is years ahead for less than an hour prunes nothing by its time', async () => {
  const { clock, looks, stop } = pruning();
  await clock.advance(minute);
  clock.setWall('2029-06-01T12:01:00Z');
  await clock.advance(hour);
  clock.setWall('2026-06-01T13:01:00Z');
  await clock.advance(hour);
  expect(looks).toEqual(['2026-05-31T12:01:00.000Z', '2026-05-31T14:01:00.000Z']);
  stop();
  expect(clock.pending).toBe(0);
});

test('one that stays there counts', async () => {
  const { clock, looks, stop } = pruning();
  await clock.advance(minute);
  clock.setWall('2029-06-01T12:01:00Z');
  await clock.advance(2 * hour);
  expect(looks).toEqual(['2026-05-31T12:01:00.000Z', '2029-05-31T14:01:00.000Z']);
  stop();
});
