import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { OpenAPIHono } from '@hono/zod-openapi';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { refuseTooEarly } from '../../src/http/routes/api/readiness.ts';
import { taskRoutes } from '../../src/http/routes/api/tasks.ts';
import { Vitals } from '../../src/http/vitals.ts';
import type { HttpEnvironment } from '../../src/http/world.ts';
import type { Journal } from '../../src/journal/journal.ts';
import { HeldRuns, startedRuntime, testRuntime } from '../support/runtime.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'callboard-recovery-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const config = 'agents: { one: { type: echo } }';
const silent = { debug() {}, info() {}, warn() {}, error() {} };

test('while it recovers a task can be seen but not cancelled, and afterwards it is', async () => {
  const path = join(folder, 'callboard.db');
  const runs = new HeldRuns();
  const first = await startedRuntime(config, { path, createAgent: runs.agent });
  const { id } = await first.runtime.operations.startTask('one', 'in');
  await first.clock.settle();
  expect(runs.live).toBe(1);
  // As kill -9 leaves it.
  await first.runtime.journal.close();

  let recover = () => {};
  const recovered = new Promise<void>((resolve) => {
    recover = resolve;
  });
  const slow = (journal: Journal): Journal => ({
    ...journal,
    requeueTask: async (requeue) => {
      await recovered;
      return journal.requeueTask(requeue);
    },
  });
  const { runtime, clock } = testRuntime(config, { path, createAgent: runs.agent, journal: slow });
  const api = new OpenAPIHono<HttpEnvironment>();
  api.use(refuseTooEarly({ runtime }));
  api.route('/', taskRoutes({ runtime, vitals: new Vitals(runtime, silent) }));
  const starting = runtime.start();
  await expect.poll(() => runtime.state).toBe('recovering');
  await clock.settle();
  const early = await api.request(`/tasks/${id}/cancel`, { method: 'POST' });
  expect([early.status, early.headers.get('retry-after')]).toEqual([503, '10']);
  expect(await (await api.request(`/tasks/${id}`)).json()).toMatchObject({ id, status: 'running' });

  recover();
  await starting;
  await clock.settle();
  expect((await api.request(`/tasks/${id}/cancel`, { method: 'POST' })).status).toBe(202);
  await clock.settle();
  expect(await runtime.journal.getTask(id)).toMatchObject({ status: 'cancelled' });
  await runtime.stop();
});
