// A statechart as plain data: what is drawn of a machine, in the words of UML.

export interface ChartState {
  /** As XState names it: `task.running.working`; of the whole machine, its own id. */
  readonly id: string;
  readonly name: string;
  readonly kind: 'atomic' | 'compound' | 'parallel' | 'final' | 'history';
  /** The id of the state within that is entered first. */
  readonly initial: string | undefined;
  /** What it does while it is active: `entry / abortRun`, `do / runAgent`, and the events it answers without leaving. */
  readonly activities: readonly string[];
  readonly transitions: readonly ChartTransition[];
  readonly states: readonly ChartState[];
}

export interface ChartTransition {
  readonly from: string;
  readonly to: string;
  /** What makes it happen, for people: `task.cancel`, `recordStart done [toldToStop]`, `after holdDelay`. */
  readonly label: string;
}

/** A state and every state within, parents first. */
export function* allStates(state: ChartState): Generator<ChartState> {
  yield state;
  for (const child of state.states) yield* allStates(child);
}
