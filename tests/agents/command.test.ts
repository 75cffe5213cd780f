import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { commandAgent } from '../../src/agents/command.ts';
import type { CommandPlan } from '../../src/agents/specification.ts';
import { SystemClock } from '../../src/core/clock.ts';
import { Failure } from '../../src/core/failure.ts';
import { Redactor } from '../../src/core/redact.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { testRun } from './runs.ts';

const folder = mkdtempSync(join(tmpdir(), 'callboard-command-'));
afterAll(() => rmSync(folder, { recursive: true }));
const stubborn = fileURLToPath(new URL('./fixtures/stubborn.mjs', import.meta.url));
const env = { PATH: process.env.PATH ?? '' };

function command(...parts: CommandPlan['command']): CommandPlan {
  return { type: 'command', command: parts, cwd: folder, env };
}

function run(plan: CommandPlan, changes: Parameters<typeof testRun>[0] = {}, clock = new SystemClock()) {
  return commandAgent(plan, { clock }).run(testRun(changes));
}

function node(script: string, ...args: string[]): CommandPlan {
  return command(process.execPath, '-e', script, ...args);
}

const alive = (pid: number) => {
  try {
    // A zombie answers signal 0 too; it does nothing any more.
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
};

describe('command', () => {
  test('gets the input on stdin and answers with stdout less one final newline', async () => {
    expect(await run(command('cat'), { input: 'snow ❄\n\n' })).toEqual({ output: 'snow ❄\n' });
  });

  test('sees the environment that it is given and nothing else, and stands in its folder', async () => {
    const plan = { ...command('sh', '-c', 'env; pwd'), env: { ...env, ONLY: 'this' } };
    const { output } = await run(plan);
    const names = output.split('\n').map((line) => line.split('=')[0]);
    expect(output).toContain('ONLY=this');
    expect(output).toContain(folder);
    expect(output).toContain('CALLBOARD_TASK=manual-tester-1767225600000000000');
    expect(output).toContain(`CALLBOARD_JOURNAL=/tests/${process.pid}.db`);
    expect(names).not.toContain('HOME');
    expect(names).not.toContain('VITEST');
  });

  test('renders a template as one whole argument that no shell reads', async () => {
    const template = {
      render: (data: Record<string, unknown>) => `${data.input} ${data.agent} ${data.attempt}`,
    };
    const plan = command(
      process.execPath,
      '-e',
      'console.log(JSON.stringify(process.argv.slice(1)))',
      template,
    );
    const { output } = await run(plan, { input: '$(id); `id` "x' });
    expect(JSON.parse(output)).toEqual(['$(id); `id` "x tester 1']);
  });

  test('fails with the exit code and the tail of stderr', async () => {
    const failing = run(node('console.error("a".repeat(5000) + "the reason"); process.exit(3)'));
    await expect(failing).rejects.toMatchObject({
      code: 'exit_3',
      retryable: true,
      message: expect.stringMatching(/exit code 3: ….*the reason$/),
      log: expect.stringMatching(/^a{5000}the reason$/),
    });
  });

  test('keeps stderr as the log of a run that went well', async () => {
    expect(await run(command('sh', '-c', 'echo out; echo aside >&2'))).toEqual({
      output: 'out',
      log: 'aside',
    });
  });

  test('fails with the signal that ended it', async () => {
    await expect(run(command('sh', '-c', 'kill -9 $$'))).rejects.toMatchObject({ code: 'signal_SIGKILL' });
  });

  test.each([
    ['no program', command('no-such-program'), 'command_not_found', /no such program in PATH/],
    ['no program there', command('/no/such/program'), 'command_not_found', /no such program$/],
    ['no folder', { ...command('cat'), cwd: '/no/such' }, 'command_not_started', /no folder \/no\/such/],
    ['a folder as program', command(tmpdir()), 'command_not_started', /EACCES/],
    ['a NUL in an argument', command('echo', 'a\0b'), 'command_not_started', /null bytes/],
    ['an argument beyond the limit', command('echo', 'x'.repeat(2 ** 20)), 'command_not_started', /stdin/],
  ])('says what is wrong: %s', async (_name, plan, code, message) => {
    await expect(run(plan)).rejects.toMatchObject({
      code,
      message: expect.stringMatching(message),
      retryable: false,
    });
  });

  test.each(['./orphan.sh', join(folder, 'orphan.sh'), 'orphan.sh'])(
    'says that the interpreter is missing of a program that is there: %s',
    async (program) => {
      writeFileSync(join(folder, 'orphan.sh'), '#!/no/such/interpreter\n', { mode: 0o755 });
      const plan = { ...command(program), env: { PATH: `/no/such:${folder}` } };
      await expect(run(plan)).rejects.toMatchObject({
        code: 'command_not_found',
        message: `Cannot start "${program}": it is there, but its interpreter or another part of it is missing`,
      });
    },
  );

  test('survives a program that closes stdin unread', async () => {
    const input = 'x'.repeat(2 ** 22);
    expect(await run(command('sh', '-c', 'exec 0<&-; echo done'), { input })).toEqual({ output: 'done' });
    expect(await run(command('true'), { input })).toEqual({ output: '' });
  });

  test('makes invalid UTF-8 safe', async () => {
    expect((await run(command('printf', 'a\\377b'))).output).toBe('a\uFFFDb');
  });

  test('reads 1 GB in bounded memory and keeps the first MiB, with a note', async () => {
    const before = process.memoryUsage.rss();
    const { output } = await run(command('sh', '-c', 'yes ab❄ | head -c 1000000000'));
    expect(output).toMatch(/\n\[output cut: 1000000000 bytes were printed, the first 1048576 are kept\]$/);
    expect(Buffer.byteLength(output)).toBeLessThan(2 ** 20 + 100);
    expect(output).not.toContain('\uFFFD');
    expect(process.memoryUsage.rss() - before).toBeLessThan(200 * 2 ** 20);
  });

  test('keeps the tail of a flood on stderr', async () => {
    const { log } = await run(command('sh', '-c', 'yes ❄❄❄ | head -c 50000000 >&2; echo last >&2'));
    expect(log).toMatch(/^…[❄\n]+.*\nlast$/su);
    expect(Buffer.byteLength(log ?? '')).toBeLessThanOrEqual(2 ** 16 + 3);
  });

  test.each([1, 6, 11])('shows no part of a secret of which a cut takes %i characters', async (into) => {
    const secret = 's3cret-value';
    const redactor = new Redactor();
    redactor.add([secret]);
    const flood = (size: number) => `yes | head -c ${size}`;
    // The cut of stdout is behind the first characters of the secret, that of stderr before its last ones.
    const script = `${flood(2 ** 20 - into)}; printf %s ${secret}; ${flood(9_999)}
      (${flood(9_999)}; printf %s ${secret}; ${flood(2 ** 16 - into)}) >&2`;
    const agent = commandAgent(command('sh', '-c', script), { clock: new SystemClock(), redactor });
    const { output, log } = await agent.run(testRun());
    expect(output).toMatch(/^[y\n]+\[redacted\]\n\[output cut: \d+ bytes/);
    expect(log).toMatch(/^…\[redacted\][y\n]+$/);
  });

  test('ends a program that ignores TERM, prints without end and never reads, with its children', async () => {
    const clock = new FakeClock();
    const pidFile = join(folder, 'pids');
    const abort = new AbortController();
    const plan = command(process.execPath, stubborn, pidFile, '40');
    const running = commandAgent(plan, { clock }).run(
      testRun({ signal: abort.signal, input: 'x'.repeat(2 ** 22) }),
    );
    const outcome = running.then(String, (thrown: unknown) => thrown);
    const pids = await vi.waitFor(() => readFileSync(pidFile, 'utf8').split(' ').map(Number), {
      timeout: 15_000,
    });
    expect(pids).toHaveLength(2);

    abort.abort(new Failure('timeout', 'too long'));
    await vi.waitFor(() => expect(clock.pending).toBe(1));
    await clock.advance(4_900);
    expect(pids.map(alive)).toEqual([true, true]);
    await clock.advance(200);
    expect(await outcome).toMatchObject({ code: 'timeout' });
    await vi.waitFor(() => expect(pids.map(alive)).toEqual([false, false]));
  });

  test('ends what the program left running in its group', async () => {
    const { output } = await run(command('sh', '-c', 'sleep 300 & echo $!'));
    await vi.waitFor(() => expect(alive(Number(output))).toBe(false));
  });

  describe.runIf(existsSync('/proc/self/environ'))('leaves no process that left its group', () => {
    // In a session of its own, with a parent that is gone, and deaf to TERM.
    const daemon =
      'setsid sh -c \'trap "" TERM; echo $$ > daemon; while :; do sleep 0.1; done\' > /dev/null &';
    const daemonPid = () =>
      vi.waitFor(() => {
        const pid = Number(readFileSync(join(folder, 'daemon'), 'utf8'));
        expect(pid).toBeGreaterThan(0);
        return pid;
      });
    beforeEach(() => rmSync(join(folder, 'daemon'), { force: true }));

    test('when it is stopped', async () => {
      const clock = new FakeClock();
      const abort = new AbortController();
      const plan = command('sh', '-c', `${daemon} sleep 300`);
      const running = commandAgent(plan, { clock }).run(testRun({ taskId: 'stopped', signal: abort.signal }));
      const outcome = running.then(String, (thrown: unknown) => thrown);
      const pid = await daemonPid();
      abort.abort(new Failure('cancelled', 'enough'));
      await vi.waitFor(() => expect(clock.pending).toBe(1));
      // The group is gone at once; the daemon has its five seconds.
      for (let waited = 0; waited < 5_000; waited += 50) {
        expect(alive(pid)).toBe(true);
        await vi.waitFor(() => expect(clock.pending).toBe(1), { interval: 1 });
        await clock.advance(50);
      }
      expect(await outcome).toMatchObject({ code: 'cancelled' });
      await vi.waitFor(() => expect(alive(pid)).toBe(false));
    });

    test("when the task is started again after a crash, in time that is not the attempt's", async () => {
      await run(command('sh', '-c', daemon), { taskId: 'again' });
      const pid = await daemonPid();
      expect(alive(pid)).toBe(true);
      await run(command('true'), { taskId: 'other', attempt: 2 });
      await run(command('true'), { taskId: 'again', journal: '/of/another.db', attempt: 2 });
      expect(alive(pid)).toBe(true);
      const cleared: boolean[] = [];
      const clearing = async (work: () => Promise<void>) => {
        cleared.push(alive(pid));
        await work();
      };
      const again = run(command('cat'), { taskId: 'again', attempt: 2, input: 'x', clearing });
      expect(await again).toEqual({ output: 'x' });
      expect(alive(pid)).toBe(false);
      // Before its program was started, and after that one's end.
      expect(cleared).toEqual([true, false]);
    });
  });

  test('does not start what is aborted already', async () => {
    const signal = AbortSignal.abort('no more');
    await expect(run(command('touch', 'started'), { signal })).rejects.toMatchObject({ code: 'cancelled' });
  });
});
