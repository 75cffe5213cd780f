import { expect, test } from 'vitest';
import { type AnyStateMachine, createMachine } from 'xstate';
import { allStates, type ChartState } from '../../src/diagrams/chart.ts';
import { chartOf, definitionOf, machines } from '../../src/runtime/charts.ts';

const light = createMachine({
  id: 'light',
  initial: 'off',
  on: { break: '.broken', look: { actions: 'blink' } },
  states: {
    off: { always: [{ guard: 'isDark', target: 'on' }, { target: 'broken' }], entry: 'dim' },
    on: {
      invoke: {
        src: 'glow',
        onDone: 'off',
        onError: { guard: { type: 'is', params: { by: 3 } }, target: 'broken' },
      },
      after: { 500: 'off', long: { guard: ({ context }) => context !== undefined, target: 'off' } },
      initial: 'half',
      states: { half: { on: { more: 'full' } }, full: {} },
    },
    broken: { type: 'final' },
  },
});

test('a chart tells what is in a machine, in words', () => {
  const chart = chartOf(light);
  const [off, on, half, full, broken] = [...allStates(chart)].slice(1);
  expect(
    [chart, off, on, half, full, broken].map((state) => [state?.id, state?.kind, state?.initial]),
  ).toEqual([
    ['light', 'compound', 'light.off'],
    ['light.off', 'atomic', undefined],
    ['light.on', 'compound', 'light.on.half'],
    ['light.on.half', 'atomic', undefined],
    ['light.on.full', 'atomic', undefined],
    ['light.broken', 'final', undefined],
  ]);
  expect(chart.activities).toEqual(['look / blink']);
  expect(chart.transitions).toEqual([{ from: 'light', to: 'light.broken', label: 'break' }]);
  expect(off?.activities).toEqual(['entry / dim']);
  expect(off?.transitions.map(({ to, label }) => `${label} > ${to}`)).toEqual([
    '[isDark] > light.on',
    'else > light.broken',
  ]);
  expect(on?.activities).toEqual(['do / glow']);
  expect(on?.transitions.map(({ to, label }) => `${label} > ${to}`).sort()).toEqual([
    'after 500 ms > light.off',
    'after long > light.off',
    'glow done > light.off',
    'glow failed [is 3] > light.broken',
  ]);
  expect(half?.transitions).toEqual([{ from: 'light.on.half', to: 'light.on.full', label: 'more' }]);
});

/** States and ways between them, without the names of what was a function. */
const shape = (chart: ChartState) =>
  [...allStates(chart)].map(({ id, kind, initial, transitions }) => ({
    id,
    kind,
    initial,
    ways: transitions.map(({ to }) => to),
  }));

test.each(machines.map((machine) => [machine.id, machine] as const))(
  'the definition of %s is plain JSON from which XState makes the same chart',
  (_id, machine: AnyStateMachine) => {
    const text = JSON.stringify(definitionOf(machine));
    expect(shape(chartOf(createMachine(JSON.parse(text))))).toEqual(shape(chartOf(machine)));
  },
);

test('no machine is left out: whatever a running actor spawns has its chart', () => {
  const known = new Set(machines.map(({ id }) => id));
  const spawned = machines.flatMap(({ implementations }) => Object.values(implementations.actors ?? {}));
  const ids = spawned.flatMap((logic) =>
    typeof logic === 'object' && logic !== null && 'id' in logic && 'root' in logic ? [String(logic.id)] : [],
  );
  expect(ids).toHaveLength(10);
  expect(ids.filter((id) => !known.has(id))).toEqual([]);
  expect(known.size).toBe(machines.length);
});
