import { readdir, readFile } from 'node:fs/promises';

/**
 * Whether any process of the group that `leader` leads, or led, still does something. On Linux zombies do not count: a
 * group takes signals for as long as one of them is there, and where the first process of a container is no init they are
 * there for ever.
 */
export async function groupIsAlive(leader: number): Promise<boolean> {
  if (!signalTo(-leader, 0)) return false;
  const states = process.platform === 'linux' ? await statesIn(leader) : [];
  // None: the group has ended meanwhile, or others' processes are not shown.
  return states.length === 0 ? signalTo(-leader, 0) : states.some((state) => state !== 'Z' && state !== 'X');
}

/** False when there is no such process or, where it is negative, group. */
export function signalTo(target: number, signal: NodeJS.Signals | 0): boolean {
  try {
    process.kill(target, signal);
    return true;
  } catch (thrown) {
    // EPERM: something is there that runs as somebody else.
    return thrown instanceof Error && 'code' in thrown && thrown.code === 'EPERM';
  }
}

/** Pids of all processes but this one. None where there is no `/proc`, as on macOS. */
export async function otherProcesses(): Promise<readonly number[]> {
  const entries = await readdir('/proc').catch(() => []);
  return entries.map(Number).filter((pid) => pid > 0 && pid !== process.pid);
}

/** The states of the processes of a group, a letter each. */
async function statesIn(group: number): Promise<readonly string[]> {
  const states: string[] = [];
  // One after another: all at once could need more open files than a process may have.
  for (const pid of await otherProcesses()) {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
    // `PID (NAME) STATE PARENT GROUP …`, and the name may hold anything (man 5 proc_pid_stat).
    const [state = '', , processGroup] = stat.slice(stat.lastIndexOf(')') + 2).split(' ', 3);
    if (Number(processGroup) === group) states.push(state);
  }
  return states;
}
