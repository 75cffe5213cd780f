// Reload after reload while calls come in and a schedule runs each second: nothing is refused, lost or done twice.
import { renameSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { rawRows } from '../journal/sqlite/raw.ts';
import { type LogLine, type Program, runtimes, Workspace } from '../support/program.ts';

let place: Workspace;

beforeEach(() => {
  place = new Workspace();
});

afterEach(() => place.close());

/** Each version differs from the one before in something of every kind; `sync` and `async` are in all of them. */
const version = (number: number) => `
server: { grace: ${10 + (number % 5)}s }
limits: { queue: ${100_000 + number} }
agents:
  sync:
    type: echo
    concurrency: ${1 + (number % 8)}
    trigger: { type: webhook, auth: none, rate_limit: ${1_000_000 + number}/s }
    notifications: [{ id: self, url: "http://127.0.0.1:9/", events: [task.failed], concurrency: ${1 + (number % 3)} }]
  async:
    type: echo
    timeout: ${60 + number}s
    triggers:
      - { type: webhook, auth: none, response: { mode: async } }
      - { type: schedule, cron: "* * * * * *", overlap: allow, input: "${number}" }
      - { type: schedule, id: other, cron: "${number % 60} 0 1 1 *" }
${number % 2 === 0 ? `  extra${number % 4}: { type: echo, trigger: { type: webhook, auth: none } }\n` : ''}`;

const answerShape = z.object({ task_id: z.string(), result: z.string().optional() });

/** Calls one path until told to stop; each call carries a number of its own. */
function caller(url: string, agent: 'sync' | 'async', name: string) {
  const tasks = new Map<string, string>();
  const refused: unknown[] = [];
  let over = false;
  const ended = (async () => {
    for (let number = 0; !over; number += 1) {
      const body = `${name} ${number}`;
      const answer = await fetch(`${url}/webhooks/${agent}`, { method: 'POST', body: JSON.stringify(body) });
      const text = await answer.text();
      if (answer.status !== (agent === 'sync' ? 200 : 202)) refused.push([answer.status, text]);
      else tasks.set(JSON.stringify(body), answerShape.parse(JSON.parse(text)).task_id);
    }
  })();
  return {
    tasks,
    refused,
    stop: () => {
      over = true;
      return ended;
    },
  };
}

async function reloads(program: Program, count: number): Promise<void> {
  let seen = 0;
  for (let number = 1; number <= count; number += 1) {
    place.write('new', version(number));
    renameSync(join(place.folder, 'new'), join(place.folder, 'callboard.yaml'));
    program.process.kill('SIGHUP');
    const from = seen;
    await program.line((line) => {
      const index = program.lines.indexOf(line);
      if (index < from || !String(line.message).startsWith('config ')) return false;
      seen = index + 1;
      return true;
    }, `reload ${number}`);
  }
}

/** Once the full number is enough for a suite: the second time only the runtime is another. */
const counts = { node: 200, deno: 60 };

describe.each(runtimes)('under $name', (runtime) => {
  const count = counts[runtime.name];

  test(`${count} reloads under load`, { timeout: 300_000 }, async () => {
    place.write('callboard.yaml', version(0));
    const program = place.start(runtime, [
      'callboard.yaml',
      '--port',
      '0',
      '--log-format',
      'json',
      '--log-level',
      'info',
    ]);
    const url = await program.ready();
    const callers = [caller(url, 'sync', 'a'), caller(url, 'async', 'b')];
    await reloads(program, count);
    // However fast the reloads were: a second without its instant shows in a row of several.
    const instant = ({ message, task }: LogLine) =>
      message === 'task completed' && String(task).startsWith('schedule-');
    await program.line(() => program.lines.filter(instant).length > 3, 'the fourth instant');
    await Promise.all(callers.map(({ stop }) => stop()));
    // A stop would leave what was acknowledged last to the next start.
    const file = join(place.folder, 'data', 'callboard.db');
    const waiting = () => rawRows(file, `SELECT id FROM tasks WHERE status = 'queued'`);
    await expect.poll(waiting, { timeout: 20_000 }).toEqual([]);
    expect(await program.stop()).toBe(0);

    const said = program.lines.filter(({ message }) => String(message).startsWith('config '));
    expect(said.filter(({ message }) => message !== 'config reloaded')).toEqual([]);
    expect(said).toHaveLength(count);
    expect(program.lines.filter(({ level }) => level === 'error')).toEqual([]);
    expect(callers.flatMap(({ refused }) => refused)).toEqual([]);

    const rows = rawRows(
      file,
      'SELECT id, input, status, attempt, trigger_type AS type, scheduled_at AS at FROM tasks',
    );
    expect(rows.filter(({ status, attempt }) => status !== 'completed' || attempt !== 1)).toEqual([]);
    const acknowledged = new Map(callers.flatMap(({ tasks }) => [...tasks]));
    const called = rows.filter(({ type }) => type === 'webhook');
    expect(new Map(called.map(({ input, id }) => [input, id]))).toEqual(acknowledged);
    expect(called).toHaveLength(acknowledged.size);
    expect(acknowledged.size).toBeGreaterThan(count);

    const instants = rows.filter(({ type }) => type === 'schedule').map(({ at }) => Number(at) / 1_000);
    const first = Math.min(...instants);
    expect(instants.sort((a, b) => a - b)).toEqual(instants.map((_, index) => first + index));
    expect(instants.length).toBeGreaterThan(3);
  });
});
