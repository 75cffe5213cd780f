import { execFile } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const deno = join(dirname(createRequire(import.meta.url).resolve('deno/package.json')), 'bin.cjs');
const script = fileURLToPath(new URL('./fixtures/agents-under-deno.ts', import.meta.url));

test('commands, models and tools under Deno', { timeout: 60_000 }, async () => {
  const options = ['run', '-A', '--no-config', '--node-modules-dir=manual', script, process.execPath];
  const { stdout } = await promisify(execFile)(process.execPath, [deno, ...options], { timeout: 60_000 });
  expect(JSON.parse(stdout)).toMatchObject({
    echoed: { output: 'snow ❄' },
    environment: { output: expect.stringMatching(/^(?:PATH=\/usr\/bin:\/bin|CALLBOARD_\w+=.*|\n)+$/) },
    missing: { code: 'command_not_found' },
    failed: { code: 'exit_4', message: '"sh" ended with exit code 4: why' },
    unread: { output: '' },
    flood: expect.stringContaining('[output cut: 200000000 bytes were printed, the first 1048576 are kept]'),
    stopped: { code: 'cancelled' },
    alive: [],
    answered: { output: 'pong', usage: { input_tokens: 17, output_tokens: 8, steps: 2, tool_calls: 1 } },
    toolCalls: ['every/echo'],
    refused: { code: 'unauthorized', message: expect.stringContaining('[redacted]') },
    aborted: { code: 'cancelled' },
    servers: 1,
    serversLeft: 0,
  });
});
