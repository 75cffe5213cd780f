// @ts-check
// What is known of the actors, from the frames of the Stately inspector's protocol.

/** @typedef {{ status: string, value?: unknown, context?: unknown }} Snapshot */
/** @typedef {{ type: string } & Record<string, unknown>} ActorEvent */
/**
 * @typedef {{ type: '@xstate.actor', sessionId: string, parentId?: string, name: string, definition?: string, snapshot: Snapshot }
 *   | { type: '@xstate.event', sessionId: string, sourceId?: string, event: ActorEvent, createdAt: string }
 *   | { type: '@xstate.snapshot', sessionId: string, snapshot: Snapshot }} Frame
 */
/**
 * @typedef {object} Actor
 * @property {string} sessionId
 * @property {string | undefined} parentId
 * @property {string} name  The id of the task or delivery that it works on, where there is one: actors of these are named by places.
 * @property {string | undefined} machine  The id of its machine; undefined of a promise or a callback.
 * @property {string} status
 * @property {readonly string[]} states  The ids of its active states: `task.running`, `task.running.working`.
 * @property {unknown} context
 * @property {Set<string>} children
 */

/** Machines that have ended stay for a while, to be looked at. */
const mostEnded = 60;

export class Actors {
  /** @type {Map<string, Actor>} */
  byId = new Map();
  /** How many living actors stand in a state. @type {Map<string, number>} */
  standing = new Map();
  /** How many have ended in a state since the page began to listen. @type {Map<string, number>} */
  endedIn = new Map();
  /** @type {string[]} */
  #ended = [];

  clear() {
    this.byId.clear();
    this.standing.clear();
    this.endedIn.clear();
    this.#ended = [];
  }

  /** @param {Frame} frame */
  take(frame) {
    if (frame.type === '@xstate.actor') this.#add(frame);
    else if (frame.type === '@xstate.snapshot') this.#update(frame.sessionId, frame.snapshot);
  }

  /** Actors without a parent that is known. */
  roots() {
    return [...this.byId.values()].filter(({ parentId }) => this.byId.get(parentId ?? '') === undefined);
  }

  /** How many live. */
  living() {
    let count = 0;
    for (const { status } of this.byId.values()) if (status === 'active') count += 1;
    return count;
  }

  /** @param {Extract<Frame, { type: '@xstate.actor' }>} frame */
  #add({ sessionId, parentId, name, definition, snapshot }) {
    if (!this.byId.has(sessionId)) {
      const machine = machineOf(definition);
      this.byId.set(sessionId, {
        sessionId,
        parentId,
        name: workOf(snapshot.context) ?? name,
        machine,
        status: 'active',
        states: [],
        context: undefined,
        children: new Set(),
      });
      this.byId.get(parentId ?? '')?.children.add(sessionId);
    }
    this.#update(sessionId, snapshot);
  }

  /** @param {string} sessionId @param {Snapshot} snapshot */
  #update(sessionId, { status, value, context }) {
    const actor = this.byId.get(sessionId);
    if (actor === undefined || actor.status !== 'active') return;
    const states = actor.machine === undefined ? [] : statesOf(actor.machine, value);
    for (const state of actor.states) add(this.standing, state, -1);
    actor.states = states.length > 0 ? states : actor.states;
    actor.context = context ?? actor.context;
    actor.status = status;
    if (status === 'active') {
      for (const state of states) add(this.standing, state, 1);
      return;
    }
    // The steps inside a machine come and go.
    if (actor.machine === undefined) return this.#remove(sessionId);
    for (const state of states) add(this.endedIn, state, 1);
    this.#ended.push(sessionId);
    if (this.#ended.length > mostEnded) this.#remove(this.#ended.shift() ?? '');
  }

  /** @param {string} sessionId */
  #remove(sessionId) {
    const actor = this.byId.get(sessionId);
    if (actor === undefined) return;
    for (const child of [...actor.children]) this.#remove(child);
    if (actor.status === 'active') for (const state of actor.states) add(this.standing, state, -1);
    this.byId.get(actor.parentId ?? '')?.children.delete(sessionId);
    this.byId.delete(sessionId);
  }
}

/** The state in words: `running › working`. @param {Actor} actor */
export function stateText({ machine, states, status }) {
  if (machine === undefined) return '';
  // The last is the innermost, and says all that those around it say.
  const words = (states.at(-1) ?? '').slice(machine.length + 1).replaceAll('.', ' › ');
  return status === 'active' || status === 'done' ? words : `${words} (${status})`;
}

/** The id of the task or delivery that an actor was made for. @param {unknown} context @returns {string | undefined} */
function workOf(context) {
  const { task, delivery } = /** @type {{ task?: { id?: unknown }, delivery?: { id?: unknown } }} */ (
    context ?? {}
  );
  const id = (task ?? delivery)?.id;
  return typeof id === 'string' ? id : undefined;
}

/** @param {string | undefined} definition */
function machineOf(definition) {
  // Most actors are steps without states, whose definition is not worth a parse.
  if (definition === undefined || !definition.includes('"states"')) return undefined;
  const { id, states } = JSON.parse(definition);
  return states === undefined || typeof id !== 'string' ? undefined : id;
}

/**
 * The ids of the states that a snapshot's value names, those around others first.
 * @param {string} parent @param {unknown} value @returns {string[]}
 */
function statesOf(parent, value) {
  if (typeof value === 'string') return [`${parent}.${value}`];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => [
    `${parent}.${key}`,
    ...statesOf(`${parent}.${key}`, inner),
  ]);
}

/** @param {Map<string, number>} counts @param {string} key @param {number} by */
function add(counts, key, by) {
  const count = (counts.get(key) ?? 0) + by;
  if (count > 0) counts.set(key, count);
  else counts.delete(key);
}
