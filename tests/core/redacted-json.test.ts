import { expect, test } from 'vitest';
import { Redactor } from '../../src/core/redact.ts';
import { redactedJson } from '../../src/core/redacted-json.ts';

function shown(secrets: readonly string[], value: unknown): unknown {
  const redactor = new Redactor();
  redactor.add(secrets);
  return JSON.parse(redactedJson(redactor, JSON.stringify(value)));
}

test('secrets are taken out of texts, however deep', () => {
  const secret = 'top"secret';
  expect(
    shown([secret], {
      items: [{ input: `use ${secret}`, error: { code: 'timeout', message: `${secret} hung` } }],
      notes: { calls: [{ [secret]: secret, id: secret }] },
    }),
  ).toEqual({
    items: [{ input: 'use [redacted]', error: { code: 'timeout', message: '[redacted] hung' } }],
    notes: { calls: [{ '[redacted]': '[redacted]', id: '[redacted]' }] },
  });
});

test('a secret that is a word or a number of ours leaves states, ids, times, numbers and keys as they are', () => {
  const task = {
    id: 'manual-b-1795772690531000000',
    status: 'completed',
    created_at: '1795-01-01T00:00:00.000Z',
    at: 1795772690531,
    enabled: true,
    completed: 1,
    result: 'completed in 1795, which is true',
  };
  expect(shown(['completed', 'true', '1795'], task)).toEqual({
    ...task,
    result: '[redacted] in [redacted], which is [redacted]',
  });
});
