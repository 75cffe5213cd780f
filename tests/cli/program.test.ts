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

test('where there is no such command', async () => {
  expect((await runCommand(['vaildate'], world)).err).toContain('; node dist/main.js --help lists them\n');
});

test('what init wrote', async () => {
  expect((await runCommand(['init', 'my file.yaml'], world)).out).toBe(
    "Wrote my file.yaml. Check it with: node dist/main.js validate 'my file.yaml'\n" +
      "Start it with: node dist/main.js run 'my file.yaml'\n",
  );
});

test('by default it is callboard', async () => {
  expect((await runCommand(['init'], { asksServer: false, cwd })).out).toContain(
    'with: callboard run callboard.yaml\n',
  );
});
