// Lists of a running server, here one that answers what the test says.
import { expect, test } from 'vitest';
import { recordingServer } from '../support/recording-server.ts';
import { runCommand } from './commands.ts';

const run = (url: string, ...args: string[]) => runCommand([...args, '--url', url]);

const json = (body: unknown) => ({ status: 200, body: JSON.stringify(body) });

test.each(['tasks', 'deliveries'])('%s: pages that end early are followed until the limit', async (list) => {
  const pages = [
    { items: [{ id: 'c' }, { id: 'b' }], next: 'first' },
    { items: [{ id: 'a' }], next: 'second' },
  ];
  await using server = await recordingServer((_request, index) => json(pages[index % 2]));
  const lines = await run(server.url, list, '--agent', 'one', '--limit', '3', '--format', 'json');
  expect(lines).toEqual({ code: 0, out: '{"id":"c"}\n{"id":"b"}\n{"id":"a"}\n', err: '' });
  expect(server.requests.map(({ path }) => path)).toEqual([
    `/api/${list}?agent=one&limit=3`,
    `/api/${list}?agent=one&cursor=first&limit=1`,
  ]);
  const table = await run(server.url, list, '--limit', '3');
  expect(table.out.split('\n').map((line) => line.split(' ')[0])).toEqual(['id', 'c', 'b', 'a', 'more:', '']);
  expect(table.out).toContain('more: --cursor second\n');
});

test('a list ends with the last page', async () => {
  await using server = await recordingServer(() => json({ items: [{ id: 'a' }], next: null }));
  expect((await run(server.url, 'tasks')).out.split('\n')).toHaveLength(3);
  expect(server.requests.map(({ path }) => path)).toEqual(['/api/tasks?limit=50']);
});

test('an empty list says so', async () => {
  await using server = await recordingServer(() => json({ items: [], next: null }));
  expect((await run(server.url, 'deliveries')).out).toBe('none\n');
});
