// The package as a program of somebody else finds it: its types, and the example of the README.
import { execFileSync, spawnSync } from 'node:child_process';
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { root } from './modules.ts';

const tsc = join(root, 'node_modules/.bin/tsc');
let folder: string;

/** As `npm install` leaves it: the package and what it depends on side by side. */
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'callboard-library-'));
  const installed = join(folder, 'node_modules');
  mkdirSync(join(installed, 'callboard'), { recursive: true });
  for (const name of readdirSync(join(root, 'node_modules')).filter((name) => !name.startsWith('.')))
    symlinkSync(join(root, 'node_modules', name), join(installed, name));
  copyFileSync(join(root, 'package.json'), join(installed, 'callboard/package.json'));
  symlinkSync(join(root, 'dist'), join(installed, 'callboard/dist'));
  execFileSync(tsc, ['-p', 'tsconfig.types.json', '--outDir', join(installed, 'callboard/types')], {
    cwd: root,
  });
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What the compiler says of a program; empty where it is right. */
function checked(text: string): string {
  writeFileSync(join(folder, 'program.ts'), text);
  const options = ['--noEmit', '--strict', '--module', 'nodenext', '--target', 'es2023', '--types', 'node'];
  return spawnSync(tsc, [...options, 'program.ts'], { cwd: folder, encoding: 'utf8' }).stdout;
}

test('the example of the README is typed, and runs', () => {
  const readme = readFileSync(join(root, 'README.md'), 'utf8');
  const [, example = ''] = /## As a library\n+```ts\n(.*?)```/s.exec(readme) ?? [];
  expect(checked(example)).toBe('');
  expect(checked(example.replace('plan === undefined', 'plan === 1'))).toContain('error TS');

  writeFileSync(join(folder, 'program.js'), example);
  writeFileSync(join(folder, 'callboard.yaml'), 'agents: { hello: { type: echo } }');
  const said = execFileSync(process.execPath, ['program.js'], { cwd: folder, encoding: 'utf8' });
  expect(said.split('\n')).toEqual(
    expect.arrayContaining(['task.queued', 'task.started', 'task.completed', 'Ada']),
  );
});
