import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { watchFiles } from '../../src/cli/file-watch.ts';
import { stampOf } from '../../src/plan/stamp.ts';
import { FakeClock } from '../support/fake-clock.ts';

/** What the contract gives a change to be acted on, in milliseconds. */
const patience = 5_000;

let folder: string;
let clock: FakeClock;
let stop = () => {};

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'callboard-watch-'));
  clock = new FakeClock();
});

afterEach(() => {
  stop();
  rmSync(folder, { recursive: true });
});

/** Watches these files of the folder; tells how often they were read again. */
function watched(...names: readonly string[]) {
  const paths = names.map((name) => join(folder, name));
  const read = () => new Map(paths.map((path) => [path, stampOf(path)]));
  let files = read();
  const seen = { changes: 0 };
  stop = watchFiles({
    clock,
    files: () => files,
    onChange: async () => {
      seen.changes += 1;
      files = read();
    },
  });
  return seen;
}

const write = (name: string, text: string) => writeFileSync(join(folder, name), text);

test('nothing happens while nothing changes', async () => {
  write('a', '1');
  const seen = watched('a', 'absent');
  await clock.advance(60_000);
  expect(seen.changes).toBe(0);
});

test('a file that is written to, and one that comes or goes, is noticed once each', async () => {
  write('a', '1');
  const seen = watched('a', 'b');
  write('a', '12');
  await clock.advance(patience);
  expect(seen.changes).toBe(1);
  write('b', '1');
  await clock.advance(patience);
  expect(seen.changes).toBe(2);
  rmSync(join(folder, 'a'));
  await clock.advance(60_000);
  expect(seen.changes).toBe(3);
});

test('a file that another one replaces under its name is noticed, again and again', async () => {
  write('a', '1');
  const seen = watched('a');
  for (const round of [1, 2, 3]) {
    write('a.new', '2');
    renameSync(join(folder, 'a.new'), join(folder, 'a'));
    await clock.advance(patience);
    expect(seen.changes).toBe(round);
  }
});

test('a link that is swapped further up, as Kubernetes does, is noticed', async () => {
  for (const version of ['one', 'two']) {
    mkdirSync(join(folder, version));
    write(`${version}/a`, '1');
  }
  symlinkSync('one', join(folder, '..data'));
  symlinkSync('..data/a', join(folder, 'a'));
  const seen = watched('a');
  symlinkSync('two', join(folder, '..data_tmp'));
  renameSync(join(folder, '..data_tmp'), join(folder, '..data'));
  await clock.advance(patience);
  expect(seen.changes).toBe(1);
});

test('a file that is still being written is waited for, but not for ever', async () => {
  write('a', '');
  const seen = watched('a');
  for (const text of ['1', '12']) {
    write('a', text);
    await clock.advance(1_000);
    expect(seen.changes).toBe(0);
  }
  await clock.advance(1_000);
  expect(seen.changes).toBe(1);
  let text = '';
  for (let look = 0; look < 4; look += 1) {
    text += '123';
    write('a', text);
    await clock.advance(1_000);
  }
  expect(seen.changes).toBe(2);
});

test('nothing is looked at after the end', async () => {
  write('a', '1');
  const seen = watched('a');
  write('a', '12');
  stop();
  await clock.advance(patience);
  expect(seen.changes).toBe(0);
  expect(clock.pending).toBe(0);
});
