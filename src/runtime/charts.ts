// The machines as charts, for whoever draws them.
import type { AnyStateMachine, AnyStateNode, AnyTransitionDefinition } from 'xstate';
import type { ChartState, ChartTransition } from '../diagrams/chart.ts';
import { deliveryMachine } from '../notifications/delivery.machine.ts';
import { dispatcherMachine } from '../notifications/dispatcher.machine.ts';
import { endpointMachine } from '../notifications/endpoint.machine.ts';
import { deliverySupervisorMachine } from '../notifications/supervisor.machine.ts';
import { aftermathMachine } from '../tasks/aftermath.machine.ts';
import { taskSupervisorMachine } from '../tasks/supervisor.machine.ts';
import { taskMachine } from '../tasks/task.machine.ts';
import { scheduleMachine } from '../triggers/schedule.machine.ts';
import { webhookMachine } from '../triggers/webhook.machine.ts';
import { agentMachine } from './agent.machine.ts';
import { runtimeMachine } from './runtime.machine.ts';

/** Every machine that runs, from the root down. */
export const machines: readonly AnyStateMachine[] = [
  runtimeMachine,
  agentMachine,
  scheduleMachine,
  webhookMachine,
  taskSupervisorMachine,
  taskMachine,
  aftermathMachine,
  dispatcherMachine,
  deliverySupervisorMachine,
  endpointMachine,
  deliveryMachine,
];

/**
 * A machine's config as plain data, as `@statelyai/inspect` sends it and Stately's editor reads it: in place of
 * functions stands `{type: NAME}`.
 */
export function definitionOf(machine: AnyStateMachine): unknown {
  const named = (_key: string, value: unknown) =>
    typeof value === 'function' ? { type: value.name } : value;
  return JSON.parse(JSON.stringify(machine.config, named));
}

/** What is drawn of a machine. */
export function chartOf(machine: AnyStateMachine): ChartState {
  return stateOf(machine.root);
}

function stateOf(node: AnyStateNode): ChartState {
  const transitions = [...node.transitions.values()].flat();
  // A transition without an event stands apart, and is tried before all others.
  const eventless = node.always ?? [];
  const moves: ChartTransition[] = [];
  const stays: string[] = [];
  for (const transition of [...eventless, ...transitions]) {
    const label = labelOf(node, transition, eventless);
    for (const target of transition.target ?? []) moves.push({ from: node.id, to: target.id, label });
    if (transition.target === undefined || transition.target.length === 0) {
      stays.push([label, ...namesOf(transition.actions)].join(' / '));
    }
  }
  return {
    id: node.id,
    name: node.key,
    kind: node.type,
    initial: node.type === 'compound' ? node.initial.target[0]?.id : undefined,
    activities: [
      ...namesOf(node.entry).map((name) => `entry / ${name}`),
      ...node.invoke.map(({ src }) => `do / ${nameOf(src)}`),
      ...namesOf(node.exit).map((name) => `exit / ${name}`),
      ...new Set(stays),
    ],
    transitions: moves,
    states: Object.values(node.states).map((child) => stateOf(child)),
  };
}

/** What happens, and under which condition. */
function labelOf(
  node: AnyStateNode,
  { eventType, guard }: AnyTransitionDefinition,
  eventless: readonly AnyTransitionDefinition[],
): string {
  const condition = guard === undefined ? undefined : guardName(guard);
  const event = eventType === '' ? (eventless.length > 1 ? 'else' : 'always') : eventName(node, eventType);
  if (condition === undefined) return event;
  return eventType === '' ? `[${condition}]` : `${event} [${condition}]`;
}

/** An event's type as people say it; XState's own carry the place of what they are about. */
function eventName(node: AnyStateNode, type: string): string {
  const [, kind, rest = ''] = /^xstate\.(done\.actor|error\.actor|after)\.(.+)$/.exec(type) ?? [];
  if (kind === 'after') {
    const delay = rest.slice(0, -node.id.length - 1);
    return /^\d+$/.test(delay) ? `after ${delay} ms` : `after ${delay}`;
  }
  if (kind === undefined) return type;
  const invoked = node.invoke.find(({ id }) => id === rest);
  const who = invoked === undefined ? rest.replace(/^\*$/, 'child') : nameOf(invoked.src);
  return `${who} ${kind === 'done.actor' ? 'done' : 'failed'}`;
}

function guardName(guard: unknown): string | undefined {
  const name = nameOf(guard);
  const params = typeof guard === 'object' && guard !== null && 'params' in guard ? guard.params : undefined;
  if (typeof params !== 'object' || params === null) return name;
  return `${name} ${Object.values(params).join(' ')}`;
}

const namesOf = (actions: readonly unknown[]): readonly string[] =>
  actions.map(nameOf).filter((name) => name !== undefined);

/** The name under which something was declared; undefined of what stands in its place without one. */
function nameOf(declared: unknown): string | undefined {
  if (typeof declared === 'string') return declared;
  if (typeof declared !== 'object' || declared === null || !('type' in declared)) return undefined;
  return typeof declared.type === 'string' && !declared.type.startsWith('xstate.')
    ? declared.type
    : undefined;
}
