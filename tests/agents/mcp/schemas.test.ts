import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from 'vitest';
import { ToolServer } from '../../../src/agents/mcp/tool-server.ts';
import { SystemClock } from '../../../src/core/clock.ts';
import { systemRandom } from '../../../src/core/random.ts';

const script = fileURLToPath(new URL('../fixtures/scripted-server.mjs', import.meta.url));
const logged: string[] = [];
const server = new ToolServer(
  { command: [process.execPath, script], env: {}, cwd: process.cwd() },
  {
    clock: new SystemClock(),
    random: systemRandom,
    log: (level, message) => logged.push(`${level}: ${message}`),
  },
);
afterAll(() => server.stop());
const { signal } = new AbortController();

test('a tool whose schema of answers is wrong, or that cannot be read, takes no other tool away', async () => {
  for (let count = 1; count <= 2; count += 1) {
    const tools = await server.tools(signal);
    expect(tools.map(({ name }) => name)).toEqual(['say', 'draw', 'pattern', 'reference', 'list']);
  }
  expect(logged).toEqual([expect.stringMatching(/^warn: .* cannot be offered.*: unreadable$/)]);
});

test.each([
  ['say', 'said in text alone'],
  ['draw', '[sketch , 0 characters of base64]\ndrawn'],
])('what %s did is no error, though its answer is not as declared', async (tool, text) => {
  await server.tools(signal);
  expect(await server.call(tool, {}, { signal })).toEqual({ text, isError: false });
});
