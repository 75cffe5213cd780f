import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

test('the built library is never the program that was started, whatever it is bundled into', () => {
  const files = readdirSync('dist').filter((name) => name.endsWith('.js'));
  expect(files).toContain('mod.js');
  expect(files.filter((file) => readFileSync(`dist/${file}`, 'utf8').includes('import.meta.main'))).toEqual(
    [],
  );
});
