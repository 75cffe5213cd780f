/**
 * Callboard as a library: read a config, run it inside a program of your own. Run as a script under Deno
 * (`deno run -A mod.ts config.yaml`) it is the command line.
 *
 * @module
 */
export type { Agent } from './src/agents/agent.ts';
export { type Clock, SystemClock } from './src/core/clock.ts';
export type { CallboardEvent } from './src/core/events.ts';
export type { Log } from './src/core/log.ts';
export { type Random, systemRandom } from './src/core/random.ts';
export { Redactor } from './src/core/redact.ts';
export type { Journal } from './src/journal/journal.ts';
export { backupSqliteJournal } from './src/journal/sqlite/backup.ts';
export { openSqliteJournal } from './src/journal/sqlite/open.ts';
export type { TaskRecord } from './src/journal/tasks.ts';
export type { Sender, SendRequest, SendResult } from './src/notifications/send.ts';
export { type LoadedPlan, type LoadOptions, loadPlan } from './src/plan/load.ts';
export type { AgentPlan, Plan } from './src/plan/plan.ts';
export { Runtime, type RuntimeOptions } from './src/runtime/runtime.ts';

declare global {
  interface ImportMeta {
    /** Whether this module is the program that was started; Deno and newer Node tell. */
    main: boolean;
  }
}

if (import.meta.main) {
  const { runProcess } = await import('./src/cli/process.ts');
  await runProcess();
}
