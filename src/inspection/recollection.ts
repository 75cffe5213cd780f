// What somebody who comes late has to be told: the actors that live, how they stand, and the last things that
// happened.
import type { StatelyInspectionEvent } from '@statelyai/inspect';

const mostRecent = 1_000;
const mostActors = 5_000;

/** An inspection event as it goes out. */
export interface Frame {
  /** In the order in which they were made, from 1. */
  readonly number: number;
  readonly text: string;
  readonly sessionId: string;
  /** What it means for the actor that it is about. */
  readonly kind: 'begin' | 'change' | 'end' | 'event';
}

interface Standing {
  readonly actor: Frame;
  snapshot?: Frame;
}

export function frameOf(event: StatelyInspectionEvent, made: Pick<Frame, 'number' | 'text'>): Frame {
  return { ...made, sessionId: event.sessionId, kind: kindOf(event) };
}

function kindOf(event: StatelyInspectionEvent): Frame['kind'] {
  switch (event.type) {
    case '@xstate.actor':
      return 'begin';
    case '@xstate.event':
      return 'event';
    case '@xstate.snapshot':
      return event.snapshot.status === 'active' ? 'change' : 'end';
  }
}

/** Bounded: the last 1,000 frames, two for each of at most 5,000 living actors, and the ids of all that live. */
export class Recollection {
  readonly #recent: Frame[] = [];
  readonly #standing = new Map<string, Standing>();
  readonly #living = new Set<string>();

  add(frame: Frame): void {
    this.#recent.push(frame);
    // Twice as many before it is cut, so that a frame costs the same however many are kept.
    if (this.#recent.length >= 2 * mostRecent) this.#recent.splice(0, mostRecent);
    const { sessionId, kind } = frame;
    if (kind === 'begin') {
      this.#living.add(sessionId);
      if (this.#standing.size < mostActors) this.#standing.set(sessionId, { actor: frame });
    } else if (kind === 'end') {
      this.#living.delete(sessionId);
      this.#standing.delete(sessionId);
    } else if (kind === 'change') {
      const standing = this.#standing.get(sessionId);
      if (standing !== undefined) standing.snapshot = frame;
    }
  }

  /** Whether it is known to live. */
  lives(sessionId: string): boolean {
    return this.#living.has(sessionId);
  }

  /** The living actors and their newest snapshots, in the order in which they came. */
  standing(): readonly Frame[] {
    return this.#standingBefore(Number.POSITIVE_INFINITY);
  }

  /** What a newcomer gets: the living, then the last frames. */
  frames(): readonly Frame[] {
    const recent = this.#recent.slice(-mostRecent);
    return [...this.#standingBefore(recent[0]?.number ?? Number.POSITIVE_INFINITY), ...recent];
  }

  #standingBefore(number: number): readonly Frame[] {
    return [...this.#standing.values()]
      .flatMap(({ actor, snapshot }) => (snapshot === undefined ? [actor] : [actor, snapshot]))
      .filter((frame) => frame.number < number)
      .sort((a, b) => a.number - b.number);
  }
}
