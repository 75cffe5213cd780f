// What is read from the journal each time somebody asks, since rows are the truth of it.
import type { EndpointRecord } from '../journal/deliveries.ts';
import type { Journal, QueueDepth } from '../journal/journal.ts';
import type { Plan } from '../plan/plan.ts';
import { endpointLabel } from './event-tallies.ts';
import type { Family } from './exposition.ts';

const breakerStates = ['closed', 'open', 'probing'] as const;

/** Queues and breakers of everything in the plan; beside it tasks that are not over, and origins of callbacks. */
export async function journalFamilies(
  journal: Pick<Journal, 'queueDepths' | 'listEndpoints'>,
  plan: Plan,
  now: number,
): Promise<readonly Family[]> {
  const [depths, endpoints] = await Promise.all([journal.queueDepths(), journal.listEndpoints()]);
  return [...queueFamilies(depths, plan, now), ...endpointFamilies(endpoints, plan)];
}

function queueFamilies(depths: readonly QueueDepth[], plan: Plan, now: number): readonly Family[] {
  const idle = { waiting: 0, running: 0, oldestCreatedAt: undefined };
  const byAgent = new Map<string, Omit<QueueDepth, 'agent'>>(
    [...plan.agents.keys()].map((agent) => [agent, idle]),
  );
  for (const { agent, ...depth } of depths) {
    if (byAgent.has(agent) || depth.waiting + depth.running > 0) byAgent.set(agent, depth);
  }
  const gauge = (
    name: string,
    help: string,
    value: (depth: Omit<QueueDepth, 'agent'>) => number,
  ): Family => ({
    name,
    help,
    type: 'gauge',
    samples: [...byAgent].map(([agent, depth]) => ({ labels: { agent }, value: value(depth) })),
  });
  return [
    gauge(
      'callboard_tasks_waiting',
      'Tasks that wait, for a free place or for their time.',
      (depth) => depth.waiting,
    ),
    gauge('callboard_tasks_running', 'Tasks that run.', (depth) => depth.running),
    gauge(
      'callboard_tasks_oldest_waiting_age_seconds',
      'Since the oldest waiting task was made; 0 where none waits.',
      ({ oldestCreatedAt }) =>
        oldestCreatedAt === undefined ? 0 : Math.max(0, now - oldestCreatedAt) / 1_000,
    ),
  ];
}

function endpointFamilies(endpoints: readonly EndpointRecord[], plan: Plan): readonly Family[] {
  const planned = new Set(
    [...plan.agents.values()].flatMap(({ notifications }) => notifications.map(({ endpoint }) => endpoint)),
  );
  const counts = new Map<string, { closed: number; open: number; probing: number; paused: number }>();
  const of = (endpoint: string) => {
    const label = endpointLabel(endpoint);
    const known = counts.get(label) ?? { closed: 0, open: 0, probing: 0, paused: 0 };
    counts.set(label, known);
    return known;
  };
  const isCallback = (endpoint: string) => endpointLabel(endpoint) !== endpoint;
  for (const { endpoint, state, paused } of endpoints) {
    if (!planned.has(endpoint) && !isCallback(endpoint)) continue;
    of(endpoint)[state] += 1;
    if (paused !== undefined) of(endpoint).paused += 1;
  }
  // Without a row nothing was sent there for long.
  for (const endpoint of planned) if (!counts.has(endpoint)) of(endpoint).closed = 1;
  return [
    {
      name: 'callboard_endpoint_breakers',
      help: 'Breakers by state: one for each notification, and one for each origin under the endpoint "callback".',
      type: 'gauge',
      samples: [...counts].flatMap(([endpoint, count]) =>
        breakerStates.map((state) => ({ labels: { endpoint, state }, value: count[state] })),
      ),
    },
    {
      name: 'callboard_endpoint_paused',
      help: '1 where deliveries are paused, by a receiver that is gone or by an operator.',
      type: 'gauge',
      samples: [...counts].map(([endpoint, { paused }]) => ({ labels: { endpoint }, value: paused })),
    },
  ];
}
