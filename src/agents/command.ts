// A program as an agent: input on stdin, stdout is the result. Never through a shell.
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, isAbsolute, resolve } from 'node:path';
import { type Clock, sleep } from '../core/clock.ts';
import { errorMessage, Failure } from '../core/failure.ts';
import { Redactor } from '../core/redact.ts';
import { abortFailure } from './aborted.ts';
import type { Agent, AgentResult, AgentRun } from './agent.ts';
import { HeadOfOutput, TailOfOutput } from './bounded-output.ts';
import type { AgentHost } from './host.ts';
import { LoggedFailure } from './logged-failure.ts';
import { endCommand, endLeftBehind, endProcessGroup, taskVariables } from './processes.ts';
import type { CommandPlan } from './specification.ts';

/** Bytes of stdout that become the result. What is printed beyond them is read and dropped. */
const outputLimit = 2 ** 20;
/** Bytes of stderr that are kept with the task. */
const logLimit = 2 ** 16;
/** Characters of stderr in a failure's message. */
const messageTail = 2_000;
/** Milliseconds that a child which outlives the program may keep its output open. */
const closeDelay = 1_000;

type Ending =
  | { readonly type: 'exited'; readonly code: number | null; readonly signal: NodeJS.Signals | null }
  | { readonly type: 'not started'; readonly error: Error }
  | { readonly type: 'aborted' };

/**
 * Runs a program for each attempt. Its failures: `exit_N` and `signal_NAME` (both retryable),
 * `command_not_found`, `command_not_started`, `template`.
 */
export function commandAgent(plan: CommandPlan, host: Pick<AgentHost, 'clock' | 'redactor'>): Agent {
  return { run: (run) => runCommand(plan, run, host) };
}

async function runCommand(
  plan: CommandPlan,
  run: AgentRun,
  { clock, redactor = new Redactor() }: Pick<AgentHost, 'clock' | 'redactor'>,
): Promise<AgentResult> {
  if (run.signal.aborted) throw abortFailure(run.signal);
  const [program, ...args] = plan.command.map((argument) => renderArgument(argument, run));
  if (program === undefined || program === '') {
    throw new Failure('command_not_found', 'Cannot start the command: the name of its program is empty');
  }
  // An attempt before this one may have been cut off by the end of Callboard, and still be at it.
  if (run.attempt > 1) await run.clearing(() => endLeftBehind([run], clock));
  if (run.signal.aborted) throw abortFailure(run.signal);
  const child = start(program, args, plan, run);
  const output = new HeadOfOutput(outputLimit, redactor);
  const log = new TailOfOutput(logLimit, redactor);
  child.stdout?.on('data', (chunk: Uint8Array) => output.add(chunk));
  child.stderr?.on('data', (chunk: Uint8Array) => log.add(chunk));
  // A program that does not read its stdin closes it under the write: EPIPE is no failure of the run.
  for (const stream of [child.stdin, child.stdout, child.stderr]) stream?.on('error', () => {});
  child.stdin?.end(run.input);

  const closed = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const ending = await endOf(child, run.signal);
  if (ending.type === 'not started') throw startFailure(program, plan, ending.error);
  // The program has had its time.
  await run.clearing(() => clear(child, ending, closed, run, clock));
  for (const stream of [child.stdin, child.stdout, child.stderr]) stream?.destroy();

  if (ending.type === 'aborted') throw abortFailure(run.signal);
  const stderr = log.text();
  if (ending.code === 0)
    return stderr === '' ? { output: output.text() } : { output: output.text(), log: stderr };
  throw exitFailure(program, ending, stderr);
}

function renderArgument(argument: CommandPlan['command'][number], run: AgentRun): string {
  if (typeof argument === 'string') return argument;
  try {
    return argument.render({
      input: run.input,
      task_id: run.taskId,
      agent: run.agent,
      attempt: run.attempt,
    });
  } catch (thrown) {
    throw new Failure('template', `Cannot render an argument of the command: ${errorMessage(thrown)}`, {
      cause: thrown,
    });
  }
}

function start(program: string, args: readonly string[], plan: CommandPlan, run: AgentRun): ChildProcess {
  try {
    // `detached`: a process group of its own, so that its children can be ended with it.
    const env = { ...plan.env, ...taskVariables(run) };
    return spawn(program, args, { cwd: plan.cwd, env, detached: true, stdio: 'pipe' });
  } catch (thrown) {
    throw startFailure(program, plan, thrown);
  }
}

function endOf(child: ChildProcess, signal: AbortSignal): Promise<Ending> {
  return new Promise((resolve) => {
    const onAbort = () => resolve({ type: 'aborted' });
    const settle = (ending: Ending) => {
      signal.removeEventListener('abort', onAbort);
      resolve(ending);
    };
    signal.addEventListener('abort', onAbort, { once: true });
    child.on('error', (error) => settle({ type: 'not started', error }));
    child.once('exit', (code, name) => settle({ type: 'exited', code, signal: name }));
  });
}

function startFailure(program: string, plan: CommandPlan, thrown: unknown): Failure {
  const code = thrown instanceof Error && 'code' in thrown ? thrown.code : undefined;
  const about = `Cannot start ${JSON.stringify(program)}`;
  const options = { cause: thrown };
  if (!existsSync(plan.cwd)) {
    return new Failure('command_not_started', `${about}: there is no folder ${plan.cwd}`, options);
  }
  if (code === 'ENOENT') {
    const folders = program.includes('/') ? [plan.cwd] : (plan.env.PATH?.split(delimiter) ?? []);
    if (folders.some((folder) => existsSync(resolve(plan.cwd, folder, program)))) {
      const hint = 'it is there, but its interpreter or another part of it is missing';
      return new Failure('command_not_found', `${about}: ${hint}`, options);
    }
    if (isAbsolute(program)) return new Failure('command_not_found', `${about}: no such program`, options);
    const where = program.includes('/') ? plan.cwd : `PATH (${plan.env.PATH ?? 'not set'})`;
    return new Failure('command_not_found', `${about}: no such program in ${where}`, options);
  }
  if (code === 'E2BIG') {
    const hint = 'its arguments are too long; the input is on its stdin as well';
    return new Failure('command_not_started', `${about}: ${hint}`, options);
  }
  // Out of processes, memory or descriptors: that may pass.
  const retryable = code === 'EAGAIN' || code === 'ENOMEM' || code === 'EMFILE' || code === 'ENFILE';
  return new Failure('command_not_started', `${about}: ${errorMessage(thrown)}`, { ...options, retryable });
}

/** Reads what is still to come of the output, and ends what is left of a program that ended or shall end. */
async function clear(
  { pid }: ChildProcess,
  { type }: Ending,
  closed: Promise<void>,
  run: AgentRun,
  clock: Clock,
): Promise<void> {
  if (type === 'exited') {
    const waiting = new AbortController();
    await Promise.race([closed, sleep(clock, closeDelay, waiting.signal).catch(() => {})]);
    waiting.abort();
  }
  // Whatever the program forked and left behind ends with the task. A daemon, which left the group, outlives a
  // program that ended by itself, but not one that was stopped.
  if (pid !== undefined && type === 'aborted') await endCommand(pid, run, clock);
  else if (pid !== undefined) await endProcessGroup(pid, clock);
}

function exitFailure(program: string, ending: Ending & { type: 'exited' }, stderr: string): Failure {
  const [code, what] =
    ending.signal === null
      ? [`exit_${ending.code}`, `ended with exit code ${ending.code}`]
      : [`signal_${ending.signal}`, `was ended by ${ending.signal}`];
  const tail = stderr.length > messageTail ? `…${stderr.slice(-messageTail)}` : stderr;
  const message = `${JSON.stringify(program)} ${what}${tail === '' ? '' : `: ${tail}`}`;
  return new LoggedFailure(code, message, { retryable: true, log: stderr });
}
