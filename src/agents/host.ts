import type { Clock } from '../core/clock.ts';
import type { Random } from '../core/random.ts';
import type { Redactor } from '../core/redact.ts';

/** What agents and tool servers need of the process around them. */
export interface AgentHost {
  readonly clock: Clock;
  readonly random: Random;
  /** Where is said what no single task's record has room for: a tool server that died, for example. */
  readonly log?: AgentLog;
  /** Takes the secrets out of a text, before a cut makes half a secret of one. Default: knows none. */
  readonly redactor?: Redactor;
  /** Path of the journal, by which tool servers are found that outlive the process. Default: they are not. */
  readonly journal?: string;
}

export type AgentLog = (level: 'debug' | 'info' | 'warn' | 'error', message: string) => void;
