// @ts-check
// The actors as a tree: one row each, of which one can be chosen by mouse or keyboard.
import { stateText } from './actors.js';

/** @typedef {import('./actors.js').Actor} Actor */
/** @typedef {import('./actors.js').Actors} Actors */
/** @typedef {{ actor: Actor, level: number }} Row */

/** More rows would make the page slow; the filter finds the others. */
const mostRows = 300;

export class Tree {
  #actors;
  #root;
  #more;
  #onChoose;
  #filter = '';
  /** @type {string | undefined} */
  #chosen;
  /** The row that the keyboard is on. @type {string | undefined} */
  #current;
  /** @type {Set<string>} */
  #folded = new Set();
  /** @type {Map<string, HTMLElement>} */
  #elements = new Map();

  /**
   * @param {Actors} actors
   * @param {{ root: HTMLElement, more: HTMLElement, onChoose: (sessionId: string) => void }} options
   */
  constructor(actors, { root, more, onChoose }) {
    this.#actors = actors;
    this.#root = root;
    this.#more = more;
    this.#onChoose = onChoose;
    root.addEventListener('click', (event) => {
      const row = event.target instanceof Element ? event.target.closest('[role=treeitem]') : null;
      if (row instanceof HTMLElement) this.#choose(row.dataset.id ?? '');
    });
    root.addEventListener('keydown', (event) => this.#key(event));
  }

  /** @param {string} text */
  filter(text) {
    this.#filter = text.trim().toLowerCase();
  }

  /** @param {string | undefined} sessionId */
  set chosen(sessionId) {
    this.#chosen = sessionId;
  }

  show() {
    const { rows, left } = this.#rows();
    const kept = new Set(rows.map(({ actor }) => actor.sessionId));
    for (const [id, element] of this.#elements) {
      if (kept.has(id)) continue;
      element.remove();
      this.#elements.delete(id);
    }
    if (this.#current === undefined || !kept.has(this.#current)) this.#current = rows[0]?.actor.sessionId;
    let next = this.#root.firstElementChild;
    for (const row of rows) {
      const element = this.#elementOf(row);
      if (element === next) next = element.nextElementSibling;
      else this.#root.insertBefore(element, next);
    }
    this.#more.hidden = left === 0;
    this.#more.textContent = `${left} more are not listed; the filter finds them.`;
  }

  /** The rows to show, parents before their children, and how many are left out. */
  #rows() {
    /** @type {Row[]} */
    const rows = [];
    let left = 0;
    if (this.#filter !== '') {
      for (const actor of this.#actors.byId.values()) {
        if (!`${actor.name} ${stateText(actor)}`.toLowerCase().includes(this.#filter)) continue;
        if (rows.length < mostRows) rows.push({ actor, level: 1 });
        else left += 1;
      }
      return { rows, left };
    }
    /** @param {Actor} actor @param {number} level */
    const walk = (actor, level) => {
      rows.push({ actor, level });
      if (this.#folded.has(actor.sessionId)) return;
      let index = 0;
      for (const id of actor.children) {
        if (rows.length >= mostRows) {
          left += actor.children.size - index;
          return;
        }
        index += 1;
        const child = this.#actors.byId.get(id);
        if (child !== undefined) walk(child, level + 1);
      }
    };
    for (const root of this.#actors.roots()) walk(root, 1);
    return { rows, left };
  }

  /** @param {Row} row */
  #elementOf({ actor, level }) {
    const { sessionId, name, status, machine, children } = actor;
    const element = this.#elements.get(sessionId) ?? made(sessionId);
    this.#elements.set(sessionId, element);
    const [label, state] = element.children;
    if (label !== undefined) setText(label, name);
    if (state !== undefined) setText(state, stateText(actor));
    element.className = `actor ${status === 'active' ? '' : 'ended'} ${machine === undefined ? 'step' : ''}`;
    element.tabIndex = sessionId === this.#current ? 0 : -1;
    element.style.paddingLeft = `${(level - 1) * 14 + 6}px`;
    setAttribute(element, 'aria-level', String(level));
    setAttribute(element, 'aria-selected', String(sessionId === this.#chosen));
    if (children.size === 0 || this.#filter !== '') element.removeAttribute('aria-expanded');
    else setAttribute(element, 'aria-expanded', String(!this.#folded.has(sessionId)));
    return element;
  }

  /** @param {string} sessionId */
  #choose(sessionId) {
    this.#current = sessionId;
    this.#onChoose(sessionId);
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    const rows = [...this.#root.children].filter((element) => element instanceof HTMLElement);
    const index = rows.findIndex((element) => element.dataset.id === this.#current);
    const row = rows[index];
    if (row === undefined) return;
    const id = row.dataset.id ?? '';
    const folded = row.getAttribute('aria-expanded');
    if (event.key === 'ArrowDown') this.#focus(rows[index + 1]);
    else if (event.key === 'ArrowUp') this.#focus(rows[index - 1]);
    else if (event.key === 'Home') this.#focus(rows[0]);
    else if (event.key === 'End') this.#focus(rows.at(-1));
    else if (event.key === 'ArrowRight' && folded === 'false') this.#folded.delete(id);
    else if (event.key === 'ArrowRight') this.#focus(rows[index + 1]);
    else if (event.key === 'ArrowLeft' && folded === 'true') this.#folded.add(id);
    else if (event.key === 'ArrowLeft') this.#focus(this.#parentOf(id));
    else if (event.key === 'Enter' || event.key === ' ') this.#choose(id);
    else return;
    event.preventDefault();
    this.show();
  }

  /** @param {string} sessionId */
  #parentOf(sessionId) {
    return this.#elements.get(this.#actors.byId.get(sessionId)?.parentId ?? '');
  }

  /** @param {HTMLElement | undefined} row */
  #focus(row) {
    if (row === undefined) return;
    this.#current = row.dataset.id;
    row.tabIndex = 0;
    row.focus();
  }
}

/** @param {string} sessionId */
function made(sessionId) {
  const element = document.createElement('div');
  element.setAttribute('role', 'treeitem');
  element.dataset.id = sessionId;
  for (const part of ['name', 'state']) {
    const span = document.createElement('span');
    span.className = part;
    element.append(span);
  }
  return element;
}

/** @param {Element} element @param {string} text */
function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/** @param {Element} element @param {string} name @param {string} value */
function setAttribute(element, name, value) {
  if (element.getAttribute(name) !== value) element.setAttribute(name, value);
}
