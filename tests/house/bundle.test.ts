import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

test('the built library is never the program that was started, whatever it is bundled into', () => {
  const files = readdirSync('dist').filter((name) => name.endsWith('.js'));
  expect(files).toContain('mod.js');
  expect(files.filter((file) => readFileSync(`dist/${file}`, 'utf8').includes('import.meta.main'))).toEqual(
    [],
  );
});

test('what is built asks for Node’s modules by need, and fits in a byte a character', () => {
  const texts = readdirSync('dist')
    .filter((name) => name.endsWith('.js'))
    .map((name) => readFileSync(`dist/${name}`, 'utf8'));
  // The one import is that of the banner.
  const imported = texts.flatMap((text) => text.match(/from ?["']node:\w+["']/g) ?? []);
  expect([...new Set(imported)]).toEqual(["from 'node:module'"]);
  expect(texts.filter((text) => /[^\p{ASCII}]/u.test(text))).toEqual([]);
});
