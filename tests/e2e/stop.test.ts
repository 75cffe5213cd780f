// How a program ends, and what one that cannot start says.
import { mkdirSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { type Program, runtimes, Workspace } from '../support/program.ts';

let place: Workspace;

beforeEach(() => {
  place = new Workspace();
});

afterEach(() => place.close());

const slow = (grace: string) => `
server: { grace: ${grace} }
agents:
  slow:
    type: command
    command: [sh, -c, 'test -e again || { touch again; sleep 60; }; echo done']
    triggers:
      - { type: webhook, auth: none }
      - { type: webhook, id: later, auth: none, response: { mode: async } }
`;

const started = (program: Program) => program.message('task started');

describe.each(runtimes)('under $name', (runtime) => {
  test('while it drains it lives, is not ready and takes no calls', { timeout: 60_000 }, async () => {
    const program = place.run(runtime, slow('60s'));
    const url = await program.ready();
    await fetch(`${url}/webhooks/slow/later`, { method: 'POST', body: '{}' });
    await started(program);
    program.process.kill('SIGTERM');
    await program.message('stopping');
    const status = async (path: string, method = 'GET') => (await fetch(`${url}${path}`, { method })).status;
    expect(await status('/health')).toBe(200);
    expect(await status('/ready')).toBe(503);
    expect(await status('/webhooks/slow', 'POST')).toBe(503);
    expect(await program.stop('SIGTERM')).toBe(143);
    // The second signal put nothing back, so the next start finds a task that was cut off.
    const next = place.run(runtime, slow('60s'));
    await next.message('a task was cut off and will run again');
    await next.message('task completed');
    expect(await next.stop('SIGINT')).toBe(0);
  });

  test('who waits for a task that the grace is too short for is told so, and the task goes on later', {
    timeout: 60_000,
  }, async () => {
    const program = place.run(runtime, slow('1s'));
    const url = await program.ready();
    const waiting = fetch(`${url}/webhooks/slow`, { method: 'POST', body: '{}' });
    await started(program);
    const ended = program.stop();
    const answer = await waiting;
    expect(answer.status).toBe(504);
    const { task_id: id } = z
      .object({ status: z.literal('timeout'), task_id: z.string() })
      .parse(await answer.json());
    expect(await ended).toBe(0);
    expect(program.stderr).toBe('');
    const next = place.run(runtime, slow('1s'));
    await next.line((line) => line.message === 'task completed' && line.task === id, 'its end');
    expect(await next.stop()).toBe(0);
  });

  test('a call that never ends does not keep it', async () => {
    const program = place.run(runtime, slow('1s'));
    const { hostname, port } = new URL(await program.ready());
    const socket = connect(Number(port), hostname);
    socket.on('error', () => {});
    const closed = new Promise<void>((resolve) => socket.on('close', () => resolve()));
    await new Promise<void>((resolve) =>
      socket.write('POST /webhooks/slow HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{', () =>
        resolve(),
      ),
    );
    // Answered after the beginning of the call has been read.
    expect((await fetch(`http://${hostname}:${port}/ready`)).status).toBe(200);
    expect(await program.stop()).toBe(0);
    await closed;
  });

  test('what cannot start says why in one line, and ends with 1 or 2', { timeout: 60_000 }, async () => {
    const text = 'agents: { hello: { type: echo } }';
    place.write('c.yaml', text);
    place.write('a-file', '');
    place.write(
      'other.db',
      'This is no journal, but long enough to be taken for one by its size. '.repeat(100),
    );
    place.write('other.yaml', `journal: { path: other.db }\n${text}`);
    mkdirSync(join(place.folder, 'folder.yaml'));
    const command = async (...args: string[]) => {
      const program = place.start(runtime, [...args, '--port', '0']);
      return { code: await program.ended, stderr: program.stderr };
    };
    const [data, other, folder] = await Promise.all([
      command('c.yaml', '--data', 'a-file'),
      command('other.yaml'),
      command('folder.yaml'),
    ]);
    expect(data).toEqual({ code: 1, stderr: expect.stringMatching(/^callboard: .*a-file.*\n$/) });
    expect(other).toEqual({
      code: 1,
      stderr: expect.stringMatching(
        /^callboard: Cannot open the journal .*other\.db: it is not a SQLite database\n$/,
      ),
    });
    expect(folder).toEqual({
      code: 2,
      stderr: expect.stringMatching(/^folder\.yaml:1:1: the file cannot be read: .*\n$/),
    });
    const owner = place.start(runtime, ['c.yaml', '--port', '0', '--log-format', 'json']);
    await owner.ready();
    expect(await command('c.yaml')).toEqual({
      code: 1,
      stderr: expect.stringMatching(
        new RegExp(`^callboard: Cannot open the journal .* in use by process ${owner.process.pid} .*\\n$`),
      ),
    });
    expect(await owner.stop()).toBe(0);
    mkdirSync(join(place.folder, '.env'));
    expect(await command('c.yaml')).toEqual({
      code: 2,
      stderr: expect.stringMatching(/^c\.yaml:1:1: cannot read the variables of .*\.env: .*\n$/),
    });
  });
});
