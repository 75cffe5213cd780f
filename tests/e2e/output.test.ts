// Standard output that cannot be written: its reader has gone, or its disk is full.
import { existsSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type RuntimeUnderTest, runtimes, Workspace } from '../support/program.ts';

let place: Workspace;

beforeEach(() => {
  place = new Workspace();
});

afterEach(() => place.close());

const config = `
agents:
  hello: { type: echo, trigger: { type: webhook, auth: none } }
`;

/** With its standard output into a file. */
const into = (file: string, { name, command }: RuntimeUnderTest): RuntimeUnderTest => ({
  name,
  command: ['sh', '-c', `exec "$0" "$@" > ${file}`, ...command],
});

describe.each(runtimes)('under $name', (runtime) => {
  test('a server goes on without the reader of its log', { timeout: 60_000 }, async () => {
    const program = place.run(runtime, config);
    const url = await program.ready();
    program.process.stdout?.destroy();
    const post = async () => (await fetch(`${url}/webhooks/hello`, { method: 'POST', body: '1' })).status;
    const told = 'callboard: standard output cannot be written: ';
    await expect
      .poll(
        async () => {
          expect(await post()).toBe(200);
          return program.stderr;
        },
        { timeout: 20_000 },
      )
      .toContain(told);
    expect(await post()).toBe(200);
    expect(await program.stop()).toBe(0);
    expect(program.stderr.split(told)).toHaveLength(2);
  });

  test('a command whose reader goes away has done enough', async () => {
    const [first, ...others] = runtime.command;
    const piped = {
      ...runtime,
      command: ['sh', '-c', '{ "$0" "$@"; echo $? >&2; } | head -1', first, ...others] as const,
    };
    const program = place.start(piped, ['schema']);
    expect(await program.ended).toBe(0);
    expect(program.stderr).toBe('0\n');
    expect(program.lines).toHaveLength(1);
  });

  test.runIf(existsSync('/dev/full'))(
    'a command whose output is lost has failed (needs /dev/full)',
    async () => {
      const program = place.start(into('/dev/full', runtime), ['schema']);
      expect(await program.ended).toBe(1);
      expect(program.stderr).toMatch(
        /^callboard: standard output cannot be written: .*[Nn]o space left on device.*\n$/,
      );
    },
  );
});
