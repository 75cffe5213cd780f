import { afterEach, expect, test, vi } from 'vitest';
import { StdioTransport } from '../../../src/agents/mcp/stdio-transport.ts';
import { SystemClock } from '../../../src/core/clock.ts';
import { Redactor } from '../../../src/core/redact.ts';

let transport: StdioTransport;
afterEach(() => transport.close());

const numberOf = (line: string) => Number(/"n":(\d+)/.exec(line)?.[1]);

/** Starts a server that runs this script, whose lines are `read`. */
async function started(script: string, read: (line: string) => void) {
  const readAndPassOver = (line: string) => {
    read(line);
    throw new Error('no message');
  };
  const plan = { command: [process.execPath, '-e', script], env: {}, cwd: process.cwd() };
  transport = new StdioTransport(plan, new SystemClock(), new Redactor(), readAndPassOver);
  const onclose = vi.fn<() => void>();
  const onerror = vi.fn<(error: Error) => void>();
  Object.assign(transport, { onclose, onerror, onmessage: () => {} });
  await transport.start();
  return { onclose, onerror };
}

test('many lines are read in their order, some at a time, and all of them before the end is told', async () => {
  let turn = 0;
  let isOver = false;
  const count = () => {
    turn += 1;
    if (!isOver) setImmediate(count);
  };
  count();
  const read: number[] = [];
  const byTurn = new Map<number, number>();
  const { onclose } = await started(
    `let text = ''; for (let n = 0; n < 4_000; n += 1) text += '{"n":' + n + '}\\n'; process.stdout.write(text);`,
    (line) => {
      read.push(numberOf(line));
      byTurn.set(turn, (byTurn.get(turn) ?? 0) + 1);
    },
  );
  onclose.mockImplementation(() => read.push(-1));
  await vi.waitFor(() => expect(onclose).toHaveBeenCalledOnce(), 20_000);
  isOver = true;
  expect(read).toEqual([...Array(4_000).keys(), -1]);
  expect(Math.max(...byTurn.values())).toBeLessThanOrEqual(100);
});

test('lines that cannot be messages are passed over unread, and told once a chunk', async () => {
  const read: string[] = [];
  const { onclose, onerror } = await started(
    `process.stdout.write('\\n'.repeat(30_000) + 'listening\\n[1]\\n \\t{"n":1}\\r\\n');`,
    (line) => read.push(line),
  );
  await vi.waitFor(() => expect(onclose).toHaveBeenCalledOnce(), 20_000);
  expect(read).toEqual([' \t{"n":1}\r']);
  // One more of the line that was read.
  expect(onerror.mock.calls.length).toBeLessThan(20);
});

test('nothing is read any more once it is closed', async () => {
  const read: string[] = [];
  const { onclose } = await started(
    `const text = '{"n":1}\\n'.repeat(5_000); (function more() { process.stdout.write(text, more); })();`,
    (line) => read.push(line),
  );
  await vi.waitFor(() => expect(read.length).toBeGreaterThan(1_000), 20_000);
  await transport.close();
  const { length } = read;
  await vi.waitFor(() => expect(onclose).toHaveBeenCalledOnce(), 20_000);
  expect(read).toHaveLength(length);
});
