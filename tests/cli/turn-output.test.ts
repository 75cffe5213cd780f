import { expect, test } from 'vitest';
import { TurnOutput } from '../../src/cli/turn-output.ts';
import { FakeClock } from '../support/fake-clock.ts';

function written() {
  const writes: string[] = [];
  const clock = new FakeClock();
  return { writes, clock, output: new TurnOutput({ write: (text) => writes.push(text) }, clock) };
}

test('what a turn writes goes out together, in order, when it is over', async () => {
  const { writes, clock, output } = written();
  output.write('one\n');
  output.write('two\n');
  await Promise.resolve();
  output.write('three\n');
  expect(writes).toEqual([]);
  await clock.settle();
  output.write('four\n');
  await clock.settle();
  expect(writes).toEqual(['one\ntwo\nthree\n', 'four\n']);
});

test('an end that comes first loses nothing and repeats nothing', async () => {
  const { writes, clock, output } = written();
  output.write('last words\n');
  output.flush();
  output.flush();
  await clock.settle();
  expect(writes).toEqual(['last words\n']);
});

test('a turn that writes much does not hold it all', () => {
  const { writes, output } = written();
  const line = `${'x'.repeat(1_000)}\n`;
  for (let count = 0; count < 1_000; count += 1) output.write(line);
  expect(writes.length).toBeGreaterThan(10);
  output.flush();
  expect(writes.join('')).toBe(line.repeat(1_000));
});
