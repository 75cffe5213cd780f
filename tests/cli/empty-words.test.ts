// An empty word is mostly a variable that the shell does not have ("$HOST"): it is refused, and means nothing else.
import { expect, test } from 'vitest';
import { commands } from '../../src/cli/commands.ts';
import { recordingServer } from '../support/recording-server.ts';
import { runCommand } from './commands.ts';

const withoutServer = { asksServer: false };

/** Lists of what may be repeated, and the text that a task starts with. */
const mayBeEmpty = ['header', 'query', 'input'];

const options = [...commands].flatMap(([command, { options: taken }]) =>
  Object.entries(taken)
    .filter(([name, { type }]) => type === 'string' && !mayBeEmpty.includes(name))
    .map(([name]) => [command, name] as const),
);

/** What a command would miss before it looks at the option. */
const needed = new Map([
  ['render', ['--agent', 'a']],
  ['trigger', ['--agent', 'a']],
  ['backup', ['copy.db']],
]);

test.each(options)('%s --%s "" is refused', async (command, option) => {
  const before = needed.get(command) ?? [];
  const { code, out, err } = await runCommand([command, ...before, `--${option}`, ''], withoutServer);
  expect([code, out]).toEqual([2, '']);
  expect(err).toContain(`callboard: --${option} is empty\n`);
});

test.each([[['']], [['run', '']], [['validate', '']], [['init', '']], [['backup', '']]])(
  'the file of %j is refused',
  async (args) => {
    const { code, err } = await runCommand(args, withoutServer);
    expect(code).toBe(2);
    expect(err).toContain('callboard: the name of the file is empty\n');
  },
);

test('an input may be empty', async () => {
  const task = { id: 't', status: 'completed', result: '', reason: null, error: null };
  await using server = await recordingServer(() => ({ status: 200, body: JSON.stringify(task) }));
  const { code } = await runCommand(['trigger', '--agent', 'a', '--input', '', '--url', server.url]);
  expect(code).toBe(0);
  expect(server.requests[0]?.body).toBe('{"agent":"a","input":""}');
});
