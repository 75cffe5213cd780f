import { expect, test } from 'vitest';
import { exposition } from '../../src/observability/exposition.ts';
import { Counter, Histogram } from '../../src/observability/tallies.ts';
import { MetricsPage } from '../support/metrics-page.ts';

test('what is counted can be read back by others, whatever the labels hold', () => {
  const odd = 'a "quoted"\\path\nand more';
  const calls = new Counter({
    name: 'calls_total',
    help: 'Calls,\nall of \\them.',
    labels: ['agent', 'status'],
  });
  calls.add({ agent: odd, status: '200' });
  calls.add({ agent: odd, status: '200' }, 2);
  calls.add({ agent: 'other', status: '500' });
  calls.add({ agent: 'quiet', status: '500' }, 0);
  const page = new MetricsPage(exposition([calls.family()]));
  expect(page.problems()).toEqual([]);
  const name = 'calls_total';
  expect(page.families).toEqual([
    {
      name,
      type: 'counter',
      help: 'Calls,\nall of \\them.',
      series: [
        { name, labels: { agent: odd, status: '200' }, value: 3 },
        { name, labels: { agent: 'other', status: '500' }, value: 1 },
        { name, labels: { agent: 'quiet', status: '500' }, value: 0 },
      ],
    },
  ]);
});

test('a measurement is in the first bucket that holds it and in all above', () => {
  const times = new Histogram({ name: 'times_seconds', help: 'Times.', labels: [] }, [0.1, 1]);
  for (const value of [0.05, 0.1, 0.5, 7]) times.observe({}, value);
  const page = new MetricsPage(exposition([times.family()]));
  expect(page.problems()).toEqual([]);
  const name = 'times_seconds';
  expect(page.families[0]?.series).toEqual([
    { name: `${name}_bucket`, labels: { le: '0.1' }, value: 2 },
    { name: `${name}_bucket`, labels: { le: '1' }, value: 3 },
    { name: `${name}_bucket`, labels: { le: '+Inf' }, value: 4 },
    { name: `${name}_sum`, labels: {}, value: 7.65 },
    { name: `${name}_count`, labels: {}, value: 4 },
  ]);
});
