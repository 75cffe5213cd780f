import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { runCommand } from './commands.ts';

const folder = mkdtempSync(join(tmpdir(), 'callboard-next-'));
const next = (...args: string[]) => runCommand(['next', file, ...args], { asksServer: false });
afterAll(() => rmSync(folder, { recursive: true }));

const file = join(folder, 'callboard.yaml');
writeFileSync(file, `agents: { a: { type: echo, trigger: { type: schedule, cron: '0 0 * * *' } } }\n`);

test.each(['soon', '+275760-09-12T23:00:00Z', '+010000-01-01T00:00:00Z', '0000-12-31T00:00:00Z'])(
  'no instants are counted from %s',
  async (from) => {
    const { code, out, err } = await next('--from', from);
    expect([code, out]).toEqual([2, '']);
    expect(err).toContain(`--from is "${from}" instead of a time like 2026-03-08T00:00:00Z`);
  },
);

test('another time than now is counted from', async () => {
  const { code, out } = await next('--from', '2998-12-30T12:00:00Z', '--count', '9');
  expect(code).toBe(0);
  expect(out).toContain('2998-12-31T00:00:00Z');
});
