// `callboard backup` beside a program that takes calls all the while.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { rawRows } from '../journal/sqlite/raw.ts';
import { runtimes, Workspace } from '../support/program.ts';

let place: Workspace;

beforeEach(() => {
  place = new Workspace();
});

afterEach(() => place.close());

describe.each(runtimes)('under $name', (runtime) => {
  test('a copy made under load holds every task that was acknowledged before', {
    timeout: 90_000,
  }, async () => {
    const program = place.run(
      runtime,
      'agents: { hello: { type: echo, trigger: { type: webhook, auth: none, response: { mode: async } } } }',
    );
    const url = await program.ready();
    const acknowledged: string[] = [];
    let over = false;
    const caller = async () => {
      while (!over) {
        const answer = await fetch(`${url}/webhooks/hello`, { method: 'POST', body: '"hi"' });
        expect(answer.status).toBe(202);
        acknowledged.push(z.object({ task_id: z.string() }).parse(await answer.json()).task_id);
      }
    };
    const callers = Promise.all([caller(), caller(), caller(), caller()]);
    for (const name of ['first.db', 'second.db', 'third.db']) {
      await expect.poll(() => acknowledged.length, { timeout: 30_000 }).toBeGreaterThan(50);
      const before = [...acknowledged];
      const copying = place.start(runtime, ['backup', name]);
      expect(await copying.ended).toBe(0);
      expect(copying.lines[0]?.text).toMatch(/^Copied .*callboard\.db to .*, \d+ bytes$/);
      const copy = join(place.folder, name);
      expect(rawRows(copy, 'PRAGMA integrity_check')).toEqual([{ integrity_check: 'ok' }]);
      const held = new Set(rawRows(copy, 'SELECT id FROM tasks').map(({ id }) => id));
      expect(before.filter((id) => !held.has(id))).toEqual([]);
      expect(acknowledged.length).toBeGreaterThan(before.length);
    }
    over = true;
    await callers;
    expect(await program.stop()).toBe(0);
  });

  test('a server starts on a copy and goes on with it', async () => {
    const text = (journal: string) =>
      `agents: { hello: { type: echo, trigger: { type: webhook, auth: none } } }\njournal: { path: ${journal} }`;
    const program = place.run(runtime, text('live.db'));
    const answer = await fetch(`${await program.ready()}/webhooks/hello`, { method: 'POST', body: '1' });
    const { task_id: id } = z.object({ task_id: z.string() }).parse(await answer.json());
    expect(await place.start(runtime, ['backup', 'copy.db']).ended).toBe(0);
    expect(await program.stop()).toBe(0);
    const restored = place.run(runtime, text('copy.db'));
    const url = await restored.ready();
    const listed = place.start(runtime, ['tasks', '--format', 'json', '--url', url]);
    expect(await listed.ended).toBe(0);
    expect(listed.lines).toMatchObject([{ id, status: 'completed' }]);
    expect(await restored.stop()).toBe(0);
  });

  test('a copy that is killed leaves nothing under its name, and does not stand in the way of the next', {
    // The copy may be whole before the kill comes.
    retry: 3,
  }, async () => {
    const program = place.run(
      runtime,
      'agents: { hello: { type: echo, trigger: { type: webhook, auth: none, response: { mode: async } } } }',
    );
    const url = await program.ready();
    const body = JSON.stringify('x'.repeat(2 ** 20 - 2));
    const calls = Array.from({ length: 40 }, () => fetch(`${url}/webhooks/hello`, { method: 'POST', body }));
    for (const { status } of await Promise.all(calls)) expect(status).toBe(202);
    const copying = place.start(runtime, ['backup', 'copy.db']);
    const partial = () => readdirSync(place.folder).filter((name) => name.startsWith('copy.db.partial'));
    await expect.poll(() => partial().length, { interval: 1, timeout: 30_000 }).toBe(1);
    await copying.stop('SIGKILL');
    expect(readdirSync(place.folder)).not.toContain('copy.db');
    expect(await place.start(runtime, ['backup', 'copy.db']).ended).toBe(0);
    expect(partial()).toEqual([]);
    expect(rawRows(join(place.folder, 'copy.db'), 'SELECT count(*) AS tasks FROM tasks')).toEqual([
      { tasks: 40 },
    ]);
    expect(await program.stop()).toBe(0);
  });

  test('what cannot be copied is said in one line', async () => {
    const taken = place.write('taken.db', 'precious');
    const command = async (...args: string[]) => {
      const child = place.start(runtime, ['backup', ...args]);
      return { code: await child.ended, stderr: child.stderr };
    };
    expect(await command('new.db')).toEqual({
      code: 1,
      stderr: expect.stringMatching(/^callboard: Cannot copy the journal .*: there is no such file\n$/),
    });
    place.write('callboard.yaml', 'agents: { a: { type: nothing } }');
    expect(await command('new.db')).toEqual({
      code: 2,
      stderr: expect.stringMatching(/^callboard: cannot tell where .* callboard\.yaml:1:\d+: .*\n$/),
    });
    const program = place.run(runtime, 'agents: { a: { type: echo } }');
    await program.ready();
    expect(await command('taken.db')).toEqual({
      code: 1,
      stderr: expect.stringContaining(`: ${taken} exists already\n`),
    });
    expect((await command()).code).toBe(2);
    expect(await program.stop()).toBe(0);
  });
});
