// The processes of commands and tool servers: their process groups, and on Linux whatever else of them can be told by its
// environment.
import { statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { type Clock, sleep } from '../core/clock.ts';
import type { AgentRun } from './agent.ts';
import { groupIsAlive, otherProcesses, signalTo } from './process-groups.ts';

/** Milliseconds between TERM and KILL. */
export const killDelay = 5_000;

const pollInterval = 50;

/** Variables of a process, by which it is known. */
type Marks = Readonly<Record<string, string>>;

export type TaskIdentity = Pick<AgentRun, 'taskId' | 'journal'>;

/**
 * What a command's environment says of its task. Children inherit it, also those that leave the process group
 * (`setsid`) or outlive Callboard, so they can be found; and the program can tell which task it works for.
 */
export function taskVariables({ taskId, journal }: TaskIdentity): Record<string, string> {
  return { CALLBOARD_TASK: taskId, CALLBOARD_JOURNAL: journal };
}

/**
 * The same of a tool server, which works for no single task. It tells the journal by its file too: a container has
 * another one under the same name, and whoever sees its processes must not take its servers for their own.
 */
export function toolServerVariables(journal: string): Record<string, string> {
  const file = statSync(journal, { throwIfNoEntry: false });
  return {
    CALLBOARD_TOOLS: file === undefined ? '1' : `${file.dev}:${file.ino}`,
    CALLBOARD_JOURNAL: journal,
  };
}

/**
 * Ends the process group that `leader` leads, forked children included: TERM, and KILL to what is left 5 s
 * later. Resolves when the group is gone or has been sent KILL.
 */
export async function endProcessGroup(leader: number, clock: Clock): Promise<void> {
  if (!signalTo(-leader, 0)) return;
  await end({ signal: (name) => signalTo(-leader, name), isAlive: () => groupIsAlive(leader) }, clock);
}

/** The same, and every process of the task outside of the group, where they can be found. */
export async function endCommand(leader: number, task: TaskIdentity, clock: Clock): Promise<void> {
  const marks = [taskVariables(task)];
  const strays = await processesWith(marks);
  await end(
    {
      signal: async (name) => {
        signalTo(-leader, name);
        for (const pid of name === 'SIGTERM' ? strays : await processesWith(marks)) signalTo(pid, name);
      },
      isAlive: async () => (await groupIsAlive(leader)) || (await processesWith(marks)).length > 0,
    },
    clock,
  );
}

/**
 * Ends what the commands of these tasks left running when Callboard itself was killed. Does nothing where that cannot be
 * told. No other run of them may begin before it resolves: it would be ended too.
 */
export async function endLeftBehind(tasks: readonly TaskIdentity[], clock: Clock): Promise<void> {
  await endMarked(tasks.map(taskVariables), clock);
}

/**
 * The same for the tool servers of the last process that owned this journal. One that has a timer, or listens on a port,
 * does not end with its stdin. None may be started before it resolves.
 */
export async function endToolServersLeftBehind(journal: string, clock: Clock): Promise<void> {
  // A journal in memory is owned by nobody: the servers may be those of a process that lives.
  if (journal !== ':memory:') await endMarked([toolServerVariables(journal)], clock);
}

async function endMarked(marks: readonly Marks[], clock: Clock): Promise<void> {
  const signal = async (name: NodeJS.Signals) => {
    for (const pid of await processesWith(marks)) signalTo(pid, name);
  };
  const isAlive = async () => (await processesWith(marks)).length > 0;
  if (await isAlive()) await end({ signal, isAlive }, clock);
}

interface Ending {
  readonly signal: (name: NodeJS.Signals) => unknown;
  readonly isAlive: () => Promise<boolean>;
}

async function end({ signal, isAlive }: Ending, clock: Clock): Promise<void> {
  const killAt = clock.monotonic() + killDelay;
  await signal('SIGTERM');
  while (clock.monotonic() < killAt) {
    await sleep(clock, pollInterval);
    if (!(await isAlive())) return;
  }
  await signal('SIGKILL');
}

/** Pids of the processes that carry all marks of one of these. None where there is no `/proc`, as on macOS. */
async function processesWith(marks: readonly Marks[]): Promise<readonly number[]> {
  if (marks.length === 0) return [];
  const wanted = marks.map((one) => Object.entries(one).map(([name, value]) => `${name}=${value}`));
  const found: number[] = [];
  // One after another: all at once, for each of many tasks, would need more open files than a process may have.
  for (const pid of await otherProcesses()) {
    // Unreadable: it has just ended, or runs as somebody else.
    const environment = await readFile(`/proc/${pid}/environ`, 'utf8').catch(() => '');
    const variables = new Set(environment.split('\0'));
    if (wanted.some((all) => all.every((mark) => variables.has(mark)))) found.push(pid);
  }
  return found;
}
