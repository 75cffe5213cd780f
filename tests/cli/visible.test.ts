// Nothing that came from a payload reaches a terminal as a command to it.
import { expect, test } from 'vitest';
import { prettyLine } from '../../src/cli/pretty.ts';
import { recordingServer } from '../support/recording-server.ts';
import { runCommand } from './commands.ts';

/** Renames the window, clears the screen, and colours what follows with the one-byte form of `ESC [`. */
const hostile = '\x1b]0;pwned\x07\x1b[2J\x9b31mred\x7f';
const shown = '\\x1b]0;pwned\\x07\\x1b[2J\\x9b31mred\\x7f';

const task = {
  id: 'a',
  status: 'completed',
  result: `${hostile}\nsecond`,
  reason: null,
  error: null,
};
const api = () =>
  recordingServer(({ method }) => ({
    status: 200,
    body: JSON.stringify(method === 'GET' ? { ...task, items: [task], next: null } : task),
  }));

test('a list shows controls as words', async () => {
  await using server = await api();
  const { out } = await runCommand(['tasks', '--url', server.url]);
  expect(out).toContain(`${shown} second`);
  expect(out).not.toMatch(/(?!\n)\p{Cc}/u);
});

test('JSON means the same without them', async () => {
  await using server = await api();
  for (const args of [
    ['tasks', 'show', 'a'],
    ['tasks', '--format', 'json'],
  ]) {
    const { out } = await runCommand([...args, '--url', server.url]);
    expect(out).not.toMatch(/(?!\n)\p{Cc}/u);
    expect(JSON.parse(out)).toMatchObject({ result: task.result });
  }
});

test('a whole result keeps its lines on a terminal, and every byte anywhere else', async () => {
  await using server = await api();
  const args = ['trigger', '--agent', 'one', '--url', server.url];
  expect((await runCommand(args, { isTerminal: true })).out).toBe(`${shown}\nsecond\n`);
  expect((await runCommand(args)).out).toBe(`${task.result}\n`);
});

test('an error that the server tells of', async () => {
  await using server = await recordingServer(() => ({
    status: 409,
    body: JSON.stringify({ detail: `Task ${hostile} is over.` }),
  }));
  const { code, err } = await runCommand(['tasks', 'cancel', 'a', '--url', server.url]);
  expect([code, err]).toEqual([1, `callboard: Task ${shown} is over.\n`]);
});

test('a log line is one line, and its own colours are all that it sends', () => {
  const lineOf = (reason: string, text: string) =>
    prettyLine({
      timestamp: 0,
      level: 'error',
      category: ['callboard'],
      message: [],
      rawMessage: 'task failed',
      properties: { task: 'a', reason, more: { text } },
    });
  const controls = (line: string) => line.match(/\p{Cc}/gu) ?? [];
  const line = lineOf(`${hostile}\n00:00:00 ✓ task completed`, '\x9b');
  expect(line).toContain(`${shown}\\n00:00:00 ✓ task completed`);
  expect(controls(line)).toEqual(controls(lineOf('', '')));
});
