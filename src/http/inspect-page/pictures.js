// @ts-check
// The machines as pictures with their active states lit: all of them with numbers, or one actor's alone.
import { stateText } from './actors.js';

/** @typedef {import('./actors.js').Actor} Actor */
/** @typedef {import('./actors.js').Actors} Actors */

/** What becomes of the work of an actor that ended in one of these states. */
const waitsAsRow = /^(?:task\.retrying|delivery\.(?:backoff|waiting))$/;

/** A picture and its boxes by the id of their state. */
class Picture {
  element;
  /** @type {Map<string, Element>} */
  #boxes = new Map();

  /** @param {string} svg */
  constructor(svg) {
    this.element = document.importNode(
      new DOMParser().parseFromString(svg, 'image/svg+xml').documentElement,
      true,
    );
    for (const box of this.element.querySelectorAll('.box')) {
      this.#boxes.set(box.getAttribute('data-id') ?? '', box);
    }
  }

  /**
   * Makes it as small as the room asks for, but never so small that it cannot be read: then it scrolls.
   * @param {number} width @param {number} height
   */
  fit(width, height) {
    const natural = {
      width: Number(this.element.getAttribute('width')),
      height: Number(this.element.getAttribute('height')),
    };
    const scale = Math.min(1, Math.max(0.8, Math.min(width / natural.width, height / natural.height)));
    this.element.style.width = `${Math.floor(natural.width * scale)}px`;
  }

  /** Scrolls to the innermost of these states. @param {readonly string[]} states */
  reveal(states) {
    this.#boxes.get(states.at(-1) ?? '')?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  }

  /** @param {(state: string) => { lit?: boolean, ended?: boolean, count?: string }} look */
  show(look) {
    for (const [state, box] of this.#boxes) {
      const { lit = false, ended = false, count = '' } = look(state);
      box.classList.toggle('lit', lit);
      box.classList.toggle('ended', ended);
      const text = box.querySelector('.count');
      if (text !== null && text.textContent !== count) text.textContent = count;
    }
  }
}

/** Every machine, with the number of actors in each of its states. */
export class Gallery {
  /** @type {Map<string, { picture: Picture, caption: HTMLElement }>} */
  #figures = new Map();

  /** @param {HTMLElement} root @param {Readonly<Record<string, string>>} svgs */
  constructor(root, svgs) {
    root.replaceChildren();
    for (const [machine, svg] of Object.entries(svgs)) {
      const figure = document.createElement('figure');
      const caption = document.createElement('figcaption');
      const picture = new Picture(svg);
      figure.append(caption, picture.element);
      root.append(figure);
      this.#figures.set(machine, { picture, caption });
    }
  }

  /** @param {Actors} actors */
  show(actors) {
    /** @type {Map<string, number>} */
    const living = new Map();
    for (const { machine, status } of actors.byId.values()) {
      if (machine !== undefined && status === 'active') living.set(machine, (living.get(machine) ?? 0) + 1);
    }
    for (const [machine, { picture, caption }] of this.#figures) {
      caption.textContent = `${machine}: ${living.get(machine) ?? 0} now`;
      picture.show((state) => {
        const here = actors.standing.get(state) ?? 0;
        const ended = actors.endedIn.get(state) ?? 0;
        const count = [here > 1 ? `${here}` : '', ended > 0 ? `${ended} ended` : '']
          .filter(Boolean)
          .join(', ');
        return { lit: here > 0, ended: here === 0 && ended > 0, count };
      });
    }
  }
}

/** One actor: its name, how it stands, its picture, and the small copy of its context. */
export class Single {
  #parts;
  /** @type {Readonly<Record<string, string>>} */
  #svgs = {};
  /** @type {Picture | undefined} */
  #picture;
  /** Whom it shows. @type {string | undefined} */
  #shown;

  /** @param {{ name: HTMLElement, state: HTMLElement, note: HTMLElement, picture: HTMLElement, context: HTMLElement }} parts */
  constructor(parts) {
    this.#parts = parts;
  }

  /** The pictures, which come later than the actors. @param {Readonly<Record<string, string>>} svgs */
  set svgs(svgs) {
    this.#svgs = svgs;
    this.#shown = undefined;
  }

  /** @param {Actor} actor */
  show(actor) {
    const { sessionId, name, machine, states, status, context } = actor;
    const { name: title, state, note, picture, context: pre } = this.#parts;
    const ended = status !== 'active';
    title.textContent = name;
    state.className = ended ? 'ended' : '';
    state.textContent =
      machine === undefined ? `A step without states: ${status}.` : `${machine}: ${stateText(actor)}`;
    note.textContent = ended ? epilogue(actor) : '';
    const isNew = this.#shown !== sessionId;
    this.#shown = sessionId;
    if (isNew) {
      const svg = this.#svgs[machine ?? ''];
      this.#picture = svg === undefined ? undefined : new Picture(svg);
      picture.replaceChildren(...(this.#picture === undefined ? [] : [this.#picture.element]));
      this.fit();
    }
    this.#picture?.show((id) => ({
      lit: states.includes(id) && !ended,
      ended: states.includes(id) && ended,
    }));
    if (isNew) this.#picture?.reveal(states);
    const text = context === undefined ? '' : JSON.stringify(context, null, 2);
    if (pre.textContent !== text) pre.textContent = text;
  }

  /** To the room that there is, which changes with the window. */
  fit() {
    const { picture } = this.#parts;
    const above = picture.offsetTop + 24;
    this.#picture?.fit(picture.clientWidth, window.innerHeight - above);
  }
}

/** @param {Actor} actor */
function epilogue({ states, context }) {
  const last = states.find((state) => waitsAsRow.test(state));
  if (last === undefined) return 'It has ended.';
  const due = nextAttemptOf(context);
  const until = due === undefined ? '' : ` until ${new Date(due).toLocaleTimeString()}`;
  return `It has ended. Its row waits in the journal${until}; the next attempt will be another actor.`;
}

/** When the next attempt is due, where the context of a task or a delivery says it. @param {unknown} context */
function nextAttemptOf(context) {
  const due = at(at(context, 'event') ?? at(at(context, 'recorded'), 'event'), 'dueAt');
  return typeof due === 'number' ? due : undefined;
}

/** @param {unknown} value @param {string} key @returns {unknown} */
function at(value, key) {
  return typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined;
}
