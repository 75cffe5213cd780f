import { EVENT_ID, type Event, getScalarValue, parseEvents, SCALAR_STYLE } from 'js-yaml';
import { plainValue } from './plain-value.ts';

/** Not plain enough to be read in one go. Never leaves this file. */
class NotPlain extends Error {}

/**
 * Reads YAML without remembering where anything stood, several times as fast as the parser that does. Undefined where
 * the text is wrong, or holds more than maps with plain keys, lists and scalars: anchors, tags, directives, marks of
 * documents, a key twice. Then that other parser has the word; where this one answers, both give the same value.
 * @param string what to put in place of a string; undefined gives up.
 */
export function quickValue(
  text: string,
  string: (text: string) => string | undefined,
): { readonly value: unknown } | undefined {
  try {
    return { value: new Quick(text, string).read() };
  } catch {
    // The other parser says what is wrong, and where.
    return undefined;
  }
}

class Quick {
  readonly #text: string;
  readonly #string: (text: string) => string | undefined;
  readonly #events: readonly Event[];
  #at = 0;

  constructor(text: string, string: (text: string) => string | undefined) {
    this.#text = text;
    this.#string = string;
    // Where these stand, the two parsers differ in what they call an error.
    if (/[\t\r\ufeff]|^(?:---|\.\.\.)/m.test(text.replace(/^---\n/, ''))) throw new NotPlain();
    this.#events = parseEvents(text, {});
  }

  read(): unknown {
    const document = this.#next();
    if (document.type !== EVENT_ID.DOCUMENT || document.directives.length > 0) throw new NotPlain();
    const value = this.#value(this.#next());
    if (this.#next().type !== EVENT_ID.POP || this.#at !== this.#events.length) throw new NotPlain();
    return value;
  }

  #next(): Event {
    const event = this.#events[this.#at];
    if (event === undefined) throw new NotPlain();
    this.#at += 1;
    return event;
  }

  #value(event: Event): unknown {
    switch (event.type) {
      case EVENT_ID.SCALAR: {
        const value = this.#scalar(event);
        if (typeof value !== 'string') return value;
        const text = this.#string(value);
        if (text === undefined) throw new NotPlain();
        return text;
      }
      case EVENT_ID.MAPPING:
        refuseProperties(event);
        return this.#map();
      case EVENT_ID.SEQUENCE:
        refuseProperties(event);
        return this.#list();
      default:
        throw new NotPlain();
    }
  }

  #map(): Record<string, unknown> {
    const map: Record<string, unknown> = {};
    for (let event = this.#next(); event.type !== EVENT_ID.POP; event = this.#next()) {
      if (event.type !== EVENT_ID.SCALAR) throw new NotPlain();
      if (this.#scalar(event) === null) throw new NotPlain();
      // As it is written: `1.10` is another name than `1.1`.
      const name = getScalarValue(this.#text, event);
      if (name === '__proto__' || name === '<<') throw new NotPlain();
      if (Object.hasOwn(map, name)) throw new NotPlain();
      map[name] = this.#value(this.#next());
    }
    return map;
  }

  #list(): unknown[] {
    const list: unknown[] = [];
    for (let event = this.#next(); event.type !== EVENT_ID.POP; event = this.#next()) {
      list.push(this.#value(event));
    }
    return list;
  }

  #scalar(event: Extract<Event, { type: typeof EVENT_ID.SCALAR }>): string | number | boolean | null {
    refuseProperties(event);
    const { style } = event;
    const text = getScalarValue(this.#text, event);
    return style === SCALAR_STYLE.PLAIN ? plainValue(text) : text;
  }
}

function refuseProperties({ anchorStart, tagStart }: { anchorStart: number; tagStart: number }): void {
  if (anchorStart >= 0 || tagStart >= 0) throw new NotPlain();
}
