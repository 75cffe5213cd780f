// Hints name the program as it was called: a clone has no command "callboard".
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { runCommand } from './commands.ts';

const cwd = mkdtempSync(join(tmpdir(), 'callboard-program-'));
afterAll(() => rmSync(cwd, { recursive: true }));

const world = { asksServer: false, cwd, program: 'node dist/main.js' };

test('where there is no config', async () => {
  expect((await runCommand(['validate'], world)).err).toContain('with: node dist/main.js init\n');
});

test.each([['vaildate'], ['help', 'vaildate'], ['--help', 'vaildate'], ['-h', '--vaildate']])(
  'where there is no such command: %s %s',
  async (...args) => {
    expect(await runCommand(args, world)).toEqual({
      code: 2,
      out: '',
      err: `callboard: there is no command "${args.at(-1)}"; node dist/main.js --help lists them\n`,
    });
  },
);

test.each(['help', '--help', '-h'])('what %s tells', async (word) => {
  const all = await runCommand([word], world);
  expect(all).toMatchObject({
    code: 0,
    out: expect.stringContaining('usage: callboard [COMMAND] [FILE]'),
    err: '',
  });
  expect(await runCommand([word, 'help'], world)).toEqual(all);
  expect(await runCommand([word, '--help'], world)).toEqual(all);
  const one = await runCommand([word, 'next'], world);
  expect(one).toMatchObject({ code: 0, out: expect.stringMatching(/^usage: callboard next /) });
  expect(await runCommand(['next', '--help'], world)).toEqual(one);
});

test('what init wrote', async () => {
  expect((await runCommand(['init', 'my file.yaml'], world)).out).toBe(
    "Wrote my file.yaml. Check it with: node dist/main.js validate 'my file.yaml'\n" +
      "Start it with: node dist/main.js run 'my file.yaml'\n",
  );
});

test('what init wrote under a name that would be read as an option', async () => {
  const { out } = await runCommand(['init', '--', '-x.yaml'], world);
  expect(out).toContain('with: node dist/main.js validate ./-x.yaml\n');
  expect(out).toContain('with: node dist/main.js run ./-x.yaml\n');
  expect((await runCommand(['validate', './-x.yaml'], world)).code).toBe(0);
});

test('by default it is callboard', async () => {
  expect((await runCommand(['init'], { asksServer: false, cwd })).out).toContain(
    'with: callboard run callboard.yaml\n',
  );
});
