import { expect, test } from 'vitest';
import { instant } from '../../src/cli/words.ts';

test.each([
  ['2026-03-08', Date.UTC(2026, 2, 8)],
  ['2024-02-29', Date.UTC(2024, 1, 29)],
  ['2026-03-08T10:30Z', Date.UTC(2026, 2, 8, 10, 30)],
  ['2026-03-08t10:30:15.250z', Date.UTC(2026, 2, 8, 10, 30, 15, 250)],
  ['2026-03-08T10:30:15+05:45', Date.UTC(2026, 2, 8, 4, 45, 15)],
  ['2026-07-08T10:30', new Date(2026, 6, 8, 10, 30).getTime()],
  ['2026-07-08T10:30:15', new Date(2026, 6, 8, 10, 30, 15).getTime()],
])('the instant %s', (since, at) => expect(instant({ since }, 'since')).toBe(at));

test.each([
  'yesterday 10',
  'job 7',
  '10',
  '2026',
  '2026-03',
  '2026-3-8',
  '2026-03-08 10:00',
  '2026-03-08T10',
  'on 2026-03-08',
  '2026-03-08 (Sunday)',
  '2026-02-29',
  '2026-02-30',
  '2026-04-31T10:00:00Z',
  '2026-13-01',
  '2026-03-08T25:00Z',
  '2026-03-08T10:00+25:00',
])('"%s" is no instant', (since) => {
  expect(() => instant({ since }, 'since')).toThrow(
    `--since is "${since}" instead of a time like 2026-03-08T00:00:00Z`,
  );
});
