// Another file for a program that runs: how the change is noticed, what is said of it, and what becomes of calls.
import { mkdirSync, renameSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { sign } from '@octokit/webhooks-methods';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Program, type RuntimeUnderTest, runtimes, Workspace } from '../support/program.ts';

let place: Workspace;

beforeEach(() => {
  place = new Workspace();
});

afterEach(() => place.close());

const arguments_ = ['--port', '0', '--log-format', 'json'];

/** The `count`th line with this message, now or when it comes. */
async function nth(program: Program, message: string, count: number) {
  let last = await program.message(message);
  for (let index = 1; index < count; index += 1) {
    const before = last;
    const passed = program.lines.indexOf(before);
    last = await program.line(
      (line) => line.message === message && program.lines.indexOf(line) > passed,
      `${message}, number ${index + 1}`,
    );
  }
  return last;
}

const open = (input: string, extra = '') =>
  `agents: { a: { type: echo, trigger: { type: webhook, auth: none, input: ${input} } }${extra} }\n`;

async function result(url: string, agent = 'a'): Promise<unknown> {
  const answer = await fetch(`${url}/webhooks/${agent}`, { method: 'POST', body: '{}' });
  const body: unknown = await answer.json();
  return typeof body === 'object' && body !== null && 'result' in body ? body.result : answer.status;
}

describe.each(runtimes)('under $name', (runtime: RuntimeUnderTest) => {
  test('with --watch a file that is replaced is put into force, and a bad one is refused with its place', {
    timeout: 60_000,
  }, async () => {
    place.write('c.yaml', open('one'));
    const program = place.start(runtime, ['c.yaml', '--watch', ...arguments_]);
    const url = await program.ready();
    expect(await result(url)).toBe('one');
    place.write('new', open('two', ', b: { type: echo, trigger: { type: webhook, auth: none, input: b } }'));
    renameSync(join(place.folder, 'new'), join(place.folder, 'c.yaml'));
    expect(await program.message('config reloaded')).toMatchObject({ agents: 2, added: ['b'] });
    expect([await result(url), await result(url, 'b')]).toEqual(['two', 'b']);
    place.write('c.yaml', 'agents: { a: { type: ech } }\n');
    expect(await program.message('config not reloaded: the one before stays in force')).toMatchObject({
      level: 'error',
      errors: 1,
    });
    expect(program.lines.map(({ message }) => message)).toContain(
      'c.yaml:1:22: type must be llm, command or echo, not "ech" (did you mean "echo"?)',
    );
    expect([await result(url), await result(url, 'b')]).toEqual(['two', 'b']);
    place.write('c.yaml', open('three'));
    expect(await nth(program, 'config reloaded', 2)).toMatchObject({ agents: 1, removed: ['b'] });
    expect([await result(url), await result(url, 'b')]).toEqual(['three', 404]);
    expect(await program.stop()).toBe(0);
    expect(program.stderr).toBe('');
  });

  test('with --watch a swapped link, a changed .env and a changed instruction_file are noticed', {
    timeout: 60_000,
  }, async () => {
    for (const version of ['one', 'two']) {
      mkdirSync(join(place.folder, version));
      place.write(
        `${version}/c.yaml`,
        `llms: { default: { provider: echo } }\nagents: { a: { type: echo, trigger: { type: webhook, secret: "\${HOOK_SECRET}", signature: github, dedupe: off, input: ${version} } }, b: { instruction_file: words.md } }\n`,
      );
    }
    symlinkSync('one', join(place.folder, '..data'));
    symlinkSync('..data/c.yaml', join(place.folder, 'c.yaml'));
    place.write('.env', 'HOOK_SECRET=the-first-secret\n');
    place.write('words.md', 'Be brief.');
    const program = place.start(runtime, ['c.yaml', '--watch', ...arguments_]);
    const url = await program.ready();
    const call = async (secret: string) => {
      const headers = { 'x-hub-signature-256': await sign(secret, '{}') };
      const answer = await fetch(`${url}/webhooks/a`, { method: 'POST', body: '{}', headers });
      return answer.status === 200 ? JSON.parse(await answer.text()).result : answer.status;
    };
    expect(await call('the-first-secret')).toBe('one');
    symlinkSync('two', join(place.folder, '..tmp'));
    renameSync(join(place.folder, '..tmp'), join(place.folder, '..data'));
    await nth(program, 'config reloaded', 1);
    expect(await call('the-first-secret')).toBe('two');
    place.write('.env', 'HOOK_SECRET=the-second-secret\n');
    await nth(program, 'config reloaded', 2);
    expect([await call('the-first-secret'), await call('the-second-secret')]).toEqual([401, 'two']);
    place.write('words.md', 'Be briefer.');
    await nth(program, 'config reloaded', 3);
    expect(await program.stop()).toBe(0);
    expect(JSON.stringify(program.lines)).not.toMatch(/the-(first|second)-secret/);
  });

  test('SIGHUP reloads; what needs a restart is said, and the log level changes at once', async () => {
    place.write('c.yaml', open('one'));
    const program = place.start(runtime, ['c.yaml', '--log-format', 'json', '--port', '0']);
    const url = await program.ready();
    await result(url);
    place.write(
      'c.yaml',
      `server: { host: "::1" }\njournal: { path: other.db }\nlogger: { level: debug }\n${open('two')}`,
    );
    program.process.kill('SIGHUP');
    await program.message('config reloaded');
    expect(program.lines.filter(({ level }) => level === 'warn').map(({ message }) => message)).toEqual(
      expect.arrayContaining([
        'server.host stays "127.0.0.1" until a restart; the file says "::1"',
        expect.stringMatching(
          /^journal\.path stays ".*callboard\.db" until a restart; the file says ".*other\.db"$/,
        ),
      ]),
    );
    expect(program.lines.filter(({ message }) => message === 'task queued')).toHaveLength(0);
    expect(await result(url)).toBe('two');
    await program.message('task queued');
    expect(await program.stop()).toBe(0);
  });
});
