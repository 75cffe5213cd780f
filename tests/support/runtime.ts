// A whole runtime without HTTP, on a clock that the test moves.
import type { Agent, AgentRun } from '../../src/agents/agent.ts';
import { formatDiagnostic } from '../../src/config/diagnostics.ts';
import type { Clock } from '../../src/core/clock.ts';
import type { CallboardEvent } from '../../src/core/events.ts';
import { Failure } from '../../src/core/failure.ts';
import type { Log } from '../../src/core/log.ts';
import { Redactor } from '../../src/core/redact.ts';
import type { Journal } from '../../src/journal/journal.ts';
import { openSqliteJournal } from '../../src/journal/sqlite/open.ts';
import type { Sender } from '../../src/notifications/send.ts';
import { buildPlan } from '../../src/plan/build.ts';
import type { AgentPlan, Plan } from '../../src/plan/plan.ts';
import { Runtime } from '../../src/runtime/runtime.ts';
import { FakeClock } from './fake-clock.ts';
import { fakeRandom } from './fake-random.ts';

export interface TestRuntimeOptions {
  readonly clock?: FakeClock;
  /** Where the journal lies; in memory by default. */
  readonly path?: string;
  /** Wraps the journal, to make it fail, or to make its opening take a while. */
  readonly journal?: (journal: Journal) => Journal | Promise<Journal>;
  /** In place of what `type` says. */
  readonly createAgent?: (plan: AgentPlan) => Agent;
  readonly secrets?: readonly string[];
  /** In place of HTTP and SMTP. */
  readonly sender?: Sender;
}

export interface TestRuntime {
  readonly runtime: Runtime;
  readonly clock: FakeClock;
  /** Everything that was published, in order. */
  readonly events: readonly CallboardEvent[];
  /** Every log line: level, message, fields as JSON. */
  readonly logged: readonly string[];
}

/** The plan of a config's text. */
export function planOf(text: string, clock: Clock): Plan {
  const { plan, diagnostics } = buildPlan({
    text,
    file: 'c.yaml',
    folder: '/config',
    cwd: '/project',
    environment: {},
    clock,
    readFile: (path) => {
      throw new Error(`no such file: ${path}`);
    },
  });
  if (plan === undefined) throw new Error(diagnostics.map(formatDiagnostic).join('\n'));
  return plan;
}

/** A runtime of a config's text. It is not started. */
export function testRuntime(text: string, options: TestRuntimeOptions = {}): TestRuntime {
  const clock = options.clock ?? new FakeClock();
  const plan = planOf(text, clock);
  const redactor = new Redactor();
  redactor.add([...plan.secrets, ...(options.secrets ?? [])]);
  const logged: string[] = [];
  const runtime = new Runtime({
    plan,
    clock,
    random: fakeRandom(),
    log: logInto(logged),
    redactor,
    openJournal: async () => {
      const journal = await openSqliteJournal({ path: options.path ?? ':memory:', clock });
      return (await options.journal?.(journal)) ?? journal;
    },
    createAgent: options.createAgent,
    sender: options.sender,
  });
  const events: CallboardEvent[] = [];
  runtime.bus.subscribe((event) => events.push(event));
  return { runtime, clock, events, logged };
}

/** The same, started. */
export async function startedRuntime(text: string, options?: TestRuntimeOptions): Promise<TestRuntime> {
  const made = testRuntime(text, options);
  await made.runtime.start();
  await made.clock.settle();
  return made;
}

function logInto(lines: string[]): Log {
  const at = (level: string) => (message: string, fields?: Record<string, unknown>) =>
    void lines.push(`${level} ${message} ${JSON.stringify(fields ?? {})}`);
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
}

/** Runs that end when the test says so. A run that is aborted fails at once. */
export class HeldRuns {
  readonly #held: { readonly run: AgentRun; readonly settle: (output: string | Failure) => void }[] = [];
  /** Every run that was ever started. */
  readonly started: AgentRun[] = [];

  readonly agent = (): Agent => ({
    run: (run) => {
      this.started.push(run);
      return new Promise((resolve, reject) => {
        const settle = (output: string | Failure) => {
          const index = this.#held.findIndex((held) => held.run === run);
          if (index >= 0) this.#held.splice(index, 1);
          if (output instanceof Failure) reject(output);
          else resolve({ output });
        };
        this.#held.push({ run, settle });
        if (run.signal.aborted) settle(new Failure('aborted', 'aborted'));
        run.signal.addEventListener('abort', () => settle(new Failure('aborted', 'aborted')));
      });
    },
  });

  /** How many run now. */
  get live(): number {
    return this.#held.length;
  }

  /** Ends the oldest run. */
  end(output: string | Failure): void {
    const [oldest] = this.#held;
    if (oldest === undefined) throw new Error('no run is held');
    oldest.settle(output);
  }
}
