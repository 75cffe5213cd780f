// A stop that comes while something else is under way.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { startedRuntime, testRuntime } from '../support/runtime.ts';

const text = 'agents: { a: { type: echo } }';

test('a stop while the journal is being opened waits for it, and leaves it to the next process', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'callboard-stop-'));
  const path = join(folder, 'callboard.db');
  let open = () => {};
  const gate = new Promise<void>((resolve) => {
    open = resolve;
  });
  let opening = false;
  const { runtime, clock } = testRuntime(text, {
    path,
    async journal(real) {
      opening = true;
      await gate;
      return real;
    },
  });
  const started = expect(runtime.start()).rejects.toThrow('the runtime was stopped before it had started');
  await expect.poll(() => opening).toBe(true);
  let over = false;
  const stopped = runtime.stop().then(() => {
    over = true;
  });
  await started;
  await clock.settle();
  expect(over).toBe(false);
  open();
  await stopped;
  const next = await startedRuntime(text, { path });
  expect(next.runtime.state).toBe('running');
  await next.runtime.stop();
  rmSync(folder, { recursive: true });
});

test('a stop while the journal is being opened, which then fails, says nothing of that', async () => {
  let fail = (_: Error) => {};
  const gate = new Promise<never>((_, reject) => {
    fail = reject;
  });
  let opening = false;
  const { runtime } = testRuntime(text, {
    journal() {
      opening = true;
      return gate;
    },
  });
  const started = expect(runtime.start()).rejects.toThrow('the runtime was stopped before it had started');
  await expect.poll(() => opening).toBe(true);
  const stopped = runtime.stop();
  await started;
  fail(new Error('no such disk'));
  await expect(stopped).resolves.toBeUndefined();
});
