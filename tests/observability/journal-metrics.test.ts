import { expect, test } from 'vitest';
import type { EndpointRecord } from '../../src/journal/deliveries.ts';
import { journalFamilies } from '../../src/observability/journal-metrics.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { planOf } from '../support/runtime.ts';

const endpoint = (name: string): EndpointRecord => ({
  endpoint: name,
  state: 'open',
  failures: 5,
  probeAt: 0,
  probeDelay: 0,
  paused: 'gone',
});
const depth = (agent: string, waiting: number, running: number) => ({
  agent,
  waiting,
  running,
  oldestCreatedAt: undefined,
});

test('what has left the file is no series, but for tasks that are not over', async () => {
  const clock = new FakeClock();
  const plan = planOf(
    `
agents:
  job:
    type: echo
    notifications: [{ id: good, url: 'https://receiver.test/', events: [task.completed] }]
`,
    clock,
  );
  const families = await journalFamilies(
    {
      queueDepths: async () => [
        depth('gone', 0, 0),
        depth('job', 0, 0),
        depth('running', 0, 1),
        depth('waits', 1, 0),
      ],
      listEndpoints: async () =>
        ['callback:https://a.test', 'gone/ops', 'job/good', 'job/gone'].map(endpoint),
    },
    plan,
    clock.now(),
  );
  const labels = (name: string, label: string) => {
    const samples = families.find((family) => family.name === name)?.samples ?? [];
    return [...new Set(samples.map((sample) => sample.labels[label]))].sort();
  };
  expect(labels('callboard_tasks_waiting', 'agent')).toEqual(['job', 'running', 'waits']);
  expect(labels('callboard_endpoint_breakers', 'endpoint')).toEqual(['callback', 'job/good']);
  expect(labels('callboard_endpoint_paused', 'endpoint')).toEqual(['callback', 'job/good']);
});
