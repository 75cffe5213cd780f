// What a start shows on a terminal: every agent, how it is started, and who hears of it.
import { dirname, relative } from 'node:path';
import { styleText } from 'node:util';
import Table from 'cli-table3';
import type { AgentPlan, NotificationPlan, Plan, TriggerPlan, WebhookPlan } from '../plan/plan.ts';
import { instantNote, localTime } from './instant-text.ts';
import { noLines } from './no-lines.ts';
import { shellWord } from './shell-word.ts';

/** Agents that are shown, and triggers of each: a screen holds no more, and a file may have ten thousand. */
const mostAgents = 40;
const mostTriggers = 10;

/** The table of agents, one row for each trigger. `now` in wall milliseconds; `program` is typed to call this one. */
export function startTable(plan: Plan, now: number, program: string): string {
  const table = new Table({
    head: ['agent', 'started by', 'when or where', 'notifies'].map((title) => styleText('dim', title)),
    chars: noLines,
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 2 },
  });
  for (const agent of [...plan.agents.values()].slice(0, mostAgents)) {
    for (const [index, row] of rowsOf(agent, plan, now, program).entries()) {
      table.push([index === 0 ? styleText('bold', agent.name) : '', ...row]);
    }
  }
  const lines = table.toString().split('\n');
  const more = plan.agents.size - mostAgents;
  if (more > 0) lines.push(styleText('dim', `and ${more} more agents`));
  return lines.map((line) => `  ${line.trimEnd()}`).join('\n');
}

export interface TryNextOptions {
  /** Where a client on this machine reaches the server. */
  readonly url: string;
  readonly program: string;
  /** Where it is typed. */
  readonly cwd: string;
}

/** What to try next: a call that anybody may make, and the list of what ran. */
export function tryNext(plan: Plan, { url, program, cwd }: TryNextOptions): string {
  const open = [...plan.agents.values()]
    .flatMap(({ triggers }) => triggers)
    .find((trigger) => trigger.type === 'webhook' && trigger.enabled && guardOf(trigger, plan) === undefined);
  const call =
    open?.type === 'webhook' && open.methods.includes('POST')
      ? [`  curl -H 'Content-Type: application/json' -d '{"name": "Ada"}' ${shellWord(`${url}${open.path}`)}`]
      : [];
  // The folder rather than the config, which may want variables that only this terminal has.
  const token =
    plan.server.auth === undefined
      ? `--data ${shellWord(near(dirname(plan.journal.path), cwd))}`
      : '--token TOKEN';
  const tasks = `  ${program} tasks --url ${shellWord(url)} ${token}`;
  return [
    styleText('dim', 'Try, in another terminal:'),
    ...call,
    tasks,
    styleText('dim', 'Ctrl-C stops.'),
  ].join('\n');
}

/** A path as it is typed in `cwd`: relative where it lies below. */
function near(path: string, cwd: string): string {
  const way = relative(cwd, path);
  return way.startsWith('..') ? path : way || '.';
}

function rowsOf(
  agent: AgentPlan,
  plan: Plan,
  now: number,
  program: string,
): readonly [string, string, string][] {
  const triggers = agent.triggers
    .slice(0, mostTriggers)
    .map((trigger) => describeTrigger(trigger, plan, now));
  const more = agent.triggers.length - mostTriggers;
  if (more > 0) triggers.push([styleText('dim', `and ${more} more`), '']);
  const notifications = agent.notifications.map(describeNotification);
  const count = Math.max(1, triggers.length, notifications.length);
  return Array.from({ length: count }, (_, index) => {
    const [by = '', where = ''] =
      triggers[index] ?? (index === 0 ? ['hand', `${program} trigger --agent ${agent.name}`] : []);
    return [by, where, notifications[index] ?? ''];
  });
}

/** What a call of a webhook needs; undefined where anybody may call. */
function guardOf({ verifier, auth }: WebhookPlan, { server }: Plan): string | undefined {
  if (verifier !== undefined) return 'secret';
  return server.auth !== undefined && auth !== 'none' ? 'login' : undefined;
}

function describeTrigger(trigger: TriggerPlan, plan: Plan, now: number): readonly [string, string] {
  if (!trigger.enabled) return [trigger.type, styleText('dim', 'disabled')];
  if (trigger.type === 'webhook') {
    const guard = guardOf(trigger, plan);
    const note =
      guard === undefined ? styleText('yellow', ' (no secret)') : guard === 'login' ? ' (login)' : '';
    return ['webhook', `${trigger.methods.join(',')} ${trigger.path}${note}`];
  }
  const next = trigger.calendar.next(now);
  if (next === undefined) return ['schedule', `${trigger.source}: never again`];
  const when = `${localTime(next.at, trigger.calendar.timezone)}${instantNote(next)}`;
  return ['schedule', `${trigger.calendar.words}; next ${when}`];
}

function describeNotification({ id, events, enabled }: NotificationPlan): string {
  if (!enabled) return `${id} ${styleText('dim', '(disabled)')}`;
  return `${id} on ${[...events].map((event) => event.replace('task.', '')).join(', ')}`;
}
