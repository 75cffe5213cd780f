// `callboard trigger`: start one task on the running server, wait for it, and print its result.
import { z } from 'zod';
import { sleep } from '../../core/clock.ts';
import { type ClientOptions, createClient } from '../client.ts';
import type { Io } from '../io.ts';
import { visibleText } from '../visible.ts';

export interface TriggerOptions extends ClientOptions {
  readonly agent: string;
  readonly input?: string | undefined;
}

const taskAnswer = z.object({
  id: z.string(),
  status: z.string(),
  result: z.string().nullable(),
  reason: z.string().nullable(),
  error: z.object({ code: z.string(), message: z.string() }).nullable(),
});

/** How often the task is asked after, in milliseconds. */
const interval = 200;

/** The result goes to standard output; exit code 1 when the task fails or is cancelled. */
export async function trigger({ agent, input, ...options }: TriggerOptions, io: Io): Promise<number> {
  const client = createClient(options, io);
  const started = await client.request('POST', '/api/tasks', taskAnswer, { agent, input: input ?? '' });
  io.stderr.write(`${started.id}\n`);
  for (;;) {
    const task = await client.request('GET', `/api/tasks/${encodeURIComponent(started.id)}`, taskAnswer);
    if (task.status === 'completed') {
      const result = task.result ?? '';
      io.stdout.write(`${io.isTerminal ? visibleText(result) : result}\n`);
      return 0;
    }
    if (task.status === 'failed' || task.status === 'cancelled') {
      io.stderr.write(
        `callboard: the task ${task.status === 'failed' ? 'failed' : 'was cancelled'}: ${task.error?.message ?? task.reason ?? ''}\n`,
      );
      return 1;
    }
    await sleep(io.clock, interval);
  }
}
