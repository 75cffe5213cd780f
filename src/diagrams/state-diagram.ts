// A statechart in Mermaid's words, for READMEs and wikis that draw it by themselves.
import { allStates, type ChartState } from './chart.ts';

/** The text of a `stateDiagram-v2`, with a final newline. */
export function stateDiagram(chart: ChartState): string {
  const lines = ['stateDiagram-v2', ...declared(chart, '  ')];
  for (const state of allStates(chart)) {
    for (const { from, to, label } of state.transitions) {
      lines.push(`  ${idOf(from)} --> ${idOf(to)} : ${plain(label)}`);
    }
  }
  return `${lines.join('\n')}\n`;
}

/** A state with what is within it, and what it does while it is active. */
function declared(state: ChartState, indent: string): readonly string[] {
  const id = idOf(state.id);
  const name = `${indent}state "${plain(state.name)}" as ${id}`;
  if (state.states.length === 0) {
    const end = state.kind === 'final' ? [`${indent}${id} --> [*]`] : [];
    return [name, ...state.activities.map((activity) => `${indent}${id} : ${plain(activity)}`), ...end];
  }
  const within = `${indent}  `;
  const start = state.initial === undefined ? [] : [`${within}[*] --> ${idOf(state.initial)}`];
  const note = state.activities.map((activity) => `${within}${plain(activity)}`);
  return [
    `${name} {`,
    ...start,
    ...state.states.flatMap((child) => declared(child, within)),
    `${indent}}`,
    ...(note.length === 0 ? [] : [`${indent}note right of ${id}`, ...note, `${indent}end note`]),
  ];
}

const idOf = (id: string) => id.replace(/\W/g, '_');

/** Without the characters that mean something to Mermaid. */
const plain = (text: string) => text.replace(/[;:#"{}]/g, ' ');
