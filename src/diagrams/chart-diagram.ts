// A statechart as a diagram: a box a state, one arrow for all the ways from one state to another.
import { allStates, type ChartState } from './chart.ts';
import type { Arrow, Box, Diagram } from './diagram.ts';

export function chartDiagram(chart: ChartState): Diagram {
  return {
    title: `The states of ${chart.name}`,
    direction: 'down',
    boxes: [boxOf(chart)],
    arrows: arrowsOf(chart),
  };
}

function boxOf(state: ChartState): Box {
  const boxes = state.states.map(boxOf);
  return {
    id: state.id,
    kind: state.kind,
    title: state.name,
    lines: state.activities,
    boxes: state.initial === undefined ? boxes : [startOf(state), ...boxes],
  };
}

/** The dot whose arrow leads to the state that is entered first. */
function startOf({ id }: ChartState): Box {
  return { id: `${id} start`, kind: 'start', title: '', lines: [], boxes: [] };
}

function arrowsOf(chart: ChartState): readonly Arrow[] {
  const arrows = new Map<string, Arrow>();
  for (const state of allStates(chart)) {
    if (state.initial !== undefined) {
      arrows.set(`${state.id} start`, { from: startOf(state).id, to: state.initial, label: [] });
    }
    for (const { from, to, label } of state.transitions) {
      const key = `${from} → ${to}`;
      const earlier = arrows.get(key)?.label ?? [];
      arrows.set(key, { from, to, label: [...earlier, ...broken(label)] });
    }
  }
  return [...arrows.values()];
}

/** A long label on two lines, its condition on the second. */
function broken(label: string): readonly string[] {
  const at = label.indexOf(' [');
  return label.length > 24 && at > 0 ? [label.slice(0, at), `  ${label.slice(at + 1)}`] : [label];
}
