// A runtime on the fake clock whose file is replaced while it runs.
import { expect } from 'vitest';
import type { TaskRecord } from '../../src/journal/tasks.ts';
import { headerData } from '../../src/templates/data.ts';
import type { WebhookRequest } from '../../src/triggers/webhook-input.ts';
import { planOf, startedRuntime, type TestRuntime, type TestRuntimeOptions } from './runtime.ts';

/** The text of a file with these agents. */
export const agents = (...lines: readonly string[]) =>
  `agents:\n${lines.map((line) => `  ${line}\n`).join('')}`;

/** An agent with a webhook at `/in`. */
export const hook = (agent: string, extra = '') =>
  `${agent}: { type: echo, trigger: { type: webhook, auth: none, path: /in${extra} } }`;

/** An agent with a schedule. */
export const every = (agent: string, cron: string, extra = '') =>
  `${agent}: { type: echo, trigger: { type: schedule, cron: "${cron}", overlap: allow${extra} } }`;

export async function reloadable(text: string, options?: TestRuntimeOptions) {
  const made = await startedRuntime(text, options);
  const { runtime, clock } = made;
  return {
    ...made,
    async reload(next: string) {
      const reloading = runtime.reload(planOf(next, clock));
      await clock.settle(20);
      return reloading;
    },
    async statusOf(id: string): Promise<readonly [TaskRecord['status'] | undefined, string | undefined]> {
      const task = await runtime.journal.getTask(id);
      return [task?.status, task?.reason];
    },
    stop: () => stop(made),
  };
}

async function stop({ runtime, clock }: TestRuntime): Promise<void> {
  const stopping = runtime.stop();
  await clock.advance(60_000);
  await stopping;
  expect(clock.pending).toBe(0);
}

/** A call of a webhook, as the HTTP layer reads it. */
export const request = (text: string) => async (): Promise<WebhookRequest> => ({
  method: 'POST',
  headers: headerData([]),
  query: new Map(),
  body: Buffer.from(text),
  content: async () => Buffer.from(text),
  from: () => '127.0.0.1',
});

/** A call whose body comes when the test says so. */
export function heldRequest(text: string) {
  let release = () => {};
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  return { release, read: () => released.then(request(text)) };
}
