// @ts-check
// The events that pass between actors, newest first.

/** @typedef {import('./actors.js').ActorEvent} ActorEvent */
/** @typedef {{ at: number, event: ActorEvent, from: string | undefined, to: string }} Entry */

const mostEntries = 200;

export class Log {
  #root;
  /** Not shown yet; of a flood only the newest are kept. @type {Entry[]} */
  #waiting = [];

  /** @param {HTMLElement} root */
  constructor(root) {
    this.#root = root;
  }

  clear() {
    this.#waiting = [];
    this.#root.replaceChildren();
  }

  /** @param {Entry} entry */
  add(entry) {
    this.#waiting.push(entry);
    if (this.#waiting.length > 2 * mostEntries) this.#waiting.splice(0, mostEntries);
  }

  show() {
    if (this.#waiting.length === 0) return;
    this.#root.prepend(...this.#waiting.splice(0).slice(-mostEntries).reverse().map(made));
    while (this.#root.childElementCount > mostEntries) this.#root.lastElementChild?.remove();
  }
}

/** @param {Entry} entry */
function made({ at, event, from, to }) {
  const { type, ...rest } = event;
  const line = document.createElement(Object.keys(rest).length === 0 ? 'div' : 'details');
  line.className = 'entry';
  const summary = line instanceof HTMLDetailsElement ? document.createElement('summary') : line;
  const name = document.createElement('b');
  name.textContent = type;
  summary.append(
    `${new Date(at).toLocaleTimeString()} `,
    name,
    `${from === undefined ? '' : ` ${from}`} → ${to}`,
  );
  if (summary === line) return line;
  const pre = document.createElement('pre');
  pre.textContent = JSON.stringify(rest, null, 2);
  line.append(summary, pre);
  return line;
}
