// What was asked for is what is done: no filter is dropped, and no word leads to another path.
import { expect, test } from 'vitest';
import { commands } from '../../src/cli/commands.ts';
import { usageText } from '../../src/cli/usage.ts';
import { recordingServer } from '../support/recording-server.ts';
import { runCommand } from './commands.ts';

const answers = () => ({ status: 200, body: '{"replayed":3}' });

test.each([
  ['deliveries replay --status delivered', 'deliveries replay does not take --status'],
  ['deliveries replay --agent a --limit 1 --cursor c', 'deliveries replay does not take --limit, --cursor'],
  ['deliveries replay d1 --agent a', 'deliveries replay of one delivery does not take --agent'],
  ['deliveries show d1 --since 2026-03-08', 'deliveries show does not take --since'],
  ['tasks replay t1 --agent a', 'tasks replay does not take --agent'],
  ['tasks show t1 --status failed', 'tasks show does not take --status'],
  ['tasks cancel t1 --format text', '--format is "text" instead of json'],
  ['notifications pause a/n --format text', '--format is "text" instead of json'],
  ['tasks --limit abc', '--limit is "abc" instead of a whole number from 1 to 500'],
  ['tasks --limit 501', '--limit is "501" instead of a whole number from 1 to 500'],
  ['tasks --since yesterday', '--since is "yesterday" instead of a time like 2026-03-08T00:00:00Z'],
  [
    'deliveries --status failed',
    '--status is "failed" instead of pending, attempting, backoff, waiting, delivered, dead',
  ],
  ['tasks --statu failed', 'there is no option --statu (did you mean "--status"?)'],
  ['tasks -x', 'there is no option -x'],
])('%s is refused', async (line, reason) => {
  await using server = await recordingServer(answers);
  const { code, out, err } = await runCommand([...line.split(' '), '--url', server.url]);
  expect([code, out]).toEqual([2, '']);
  expect(err).toContain(`callboard: ${reason}\n`);
  expect(server.requests).toEqual([]);
});

test('a time that could only be guessed replays nothing', async () => {
  await using server = await recordingServer(answers);
  const { code, err } = await runCommand([
    ...['deliveries', 'replay', '--since', 'yesterday 10'],
    ...['--url', server.url],
  ]);
  expect(code).toBe(2);
  expect(err).toContain('--since is "yesterday 10" instead of a time like 2026-03-08T00:00:00Z\n');
  expect(server.requests).toEqual([]);
});

test.each([
  ['deliveries', 'replay', '.'],
  ['deliveries', 'replay', '..'],
  ['deliveries', 'replay', ''],
  ['deliveries', 'show', '.'],
  ['tasks', 'replay', '..'],
  ['tasks', 'show', ''],
  ['tasks', 'cancel', '.'],
  ['notifications', 'pause', './n'],
  ['notifications', 'resume', 'a/..'],
  ['notifications', 'test', 'a/'],
])('%s %s "%s" names nothing', async (command, action, id) => {
  await using server = await recordingServer(answers);
  const { code, out, err } = await runCommand([command, action, id, '--url', server.url]);
  expect([code, out]).toEqual([2, '']);
  expect(err).toContain('is no id\n');
  expect(server.requests).toEqual([]);
});

test('what an action takes reaches the server', async () => {
  await using server = await recordingServer(answers);
  const run = (line: string) => runCommand([...line.split(' '), '--url', server.url]);
  const filter = '--agent a --notification n --task t --since 2026-03-08T00:00:00Z';
  expect((await run(`deliveries replay ${filter} --format json`)).code).toBe(0);
  expect((await run('deliveries replay ...')).code).toBe(0);
  expect((await run('tasks cancel %2e')).code).toBe(0);
  expect(server.requests.map(({ path }) => path)).toEqual([
    '/api/deliveries/replay?agent=a&notification=n&task=t&since=2026-03-08T00%3A00%3A00.000Z',
    '/api/deliveries/.../replay',
    '/api/tasks/%252e/cancel',
  ]);
});

test.each([
  'tasks list t1',
  'tasks show t1 t2',
  'deliveries list d1',
  'deliveries replay d1 d2',
  'notifications list a/n',
  'notifications pause a/n b/n',
  'trigger --agent hello --input It works',
])('%s has a word too many', async (line) => {
  await using server = await recordingServer(answers);
  const { code, out, err } = await runCommand([...line.split(' '), '--url', server.url]);
  expect([code, out]).toEqual([2, '']);
  expect(err).toContain(`"${line.split(' ').at(-1)}" is one word too many`);
  expect(server.requests).toEqual([]);
});

test.each([...commands])('the usage of %s fits a terminal of 80 columns', (_, { usage }) => {
  const text = usageText(usage);
  expect(text.split('\n').filter((line) => line.length > 80)).toEqual([]);
  expect(text.replaceAll('\n    ', ' ')).toBe(`usage: callboard ${usage}`);
});

test.each([...commands])('the usage of %s names every option', (_, { usage, options }) => {
  expect(
    Object.keys(options).filter((name) => !usage.includes(`[--${name}`) && !usage.includes(`--${name} `)),
  ).toEqual([]);
});

test.each([...commands.keys()])('%s takes no word that it does not use', async (command) => {
  // Each takes an action and an id, a file, or nothing.
  const { code, out, err } = await runCommand([command, 'list', 'more', 'words'], { asksServer: false });
  expect([code, out]).toEqual([2, '']);
  expect(err).toMatch(/is one word too many|one file is taken, not 3/);
});
