import { expect, test } from 'vitest';
import { watchClock } from '../../src/runtime/watches.ts';
import { FakeClock } from '../support/fake-clock.ts';

test('a machine that wakes, or whose clock is set, is noticed within half a minute', async () => {
  const clock = new FakeClock('2026-06-01T12:00:00Z');
  const moved: number[] = [];
  const stop = watchClock(clock, (byMs) => moved.push(byMs));
  // Asleep for eight hours, the steady clock stands still.
  clock.setWall('2026-06-01T20:00:00Z');
  await clock.advance(30_000);
  expect(moved).toEqual([8 * 3_600_000]);
  clock.setWall(clock.now() - 3_600_000);
  await clock.advance(30_000);
  expect(moved).toEqual([8 * 3_600_000, -3_600_000]);
  // Less than a second is drift; what drifts on and on is noticed when it has come to one.
  for (let drift = 0; drift < 3; drift += 1) {
    clock.setWall(clock.now() + 400);
    await clock.advance(30_000);
  }
  expect(moved.slice(2)).toEqual([1_200]);
  stop();
  expect(clock.pending).toBe(0);
});
