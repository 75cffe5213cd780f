// Data as Liquid may see it. Liquid reads properties of JavaScript objects, and templates must reach none but the
// data's own members; so maps and records are shown through proxies that have those and nothing else. They also keep
// the order of the keys, which an ordinary object would not.
import { Drop } from 'liquidjs';
import { JsonNumber } from '../../core/json.ts';
import { type Budget, stepsOfList } from '../budget.ts';
import { TimeValue } from '../data.ts';
import { toJson } from '../functions/json.ts';
import { Float, kindOf } from '../go/values.ts';
import { hasMember, isNamed, memberCount, membersOf, type Named, readMember } from '../members.ts';
import { ExactNumber } from './exact-number.ts';

/** The views of one rendering, so that the same data is the same object each time it is read. */
export class Views {
  readonly #budget: Budget;
  readonly #views = new Map<object, object>();
  readonly #originals = new Map<object, object>();
  readonly #numbers = new Map<string, ExactNumber>();

  constructor(budget: Budget) {
    this.#budget = budget;
  }

  of(value: unknown): unknown {
    if (typeof value === 'bigint') return this.of(new JsonNumber(String(value)));
    if (kindOf(value) === 'nil') return undefined;
    if (typeof value !== 'object' || value === null) return value;
    if (value instanceof TimeValue) return value.toString();
    if (value instanceof JsonNumber) return this.#number(value);
    if (value instanceof Float) return new ExactNumber(value);
    const known = this.#views.get(value);
    if (known !== undefined) return known;
    const view = this.#make(value);
    this.#views.set(value, view);
    this.#originals.set(view, value);
    return view;
  }

  /** What a view shows; a list that Liquid made of views becomes one of what they show. */
  original(value: unknown): unknown {
    if (typeof value !== 'object' || value === null) return value;
    if (value instanceof ExactNumber) return value.exact;
    if (value instanceof Drop) return ofWord(value);
    const known = this.#originals.get(value);
    if (known !== undefined) return known;
    if (!Array.isArray(value)) return value;
    this.#budget.spend(1 + stepsOfList(value.length));
    const original = value.map((item) => this.original(item));
    // A list may hold another one many times.
    this.#originals.set(value, original);
    return original;
  }

  /** The same for the same digits, as `uniq` and `group_by` tell values apart by identity. */
  #number(value: JsonNumber): ExactNumber {
    const known = this.#numbers.get(value.text);
    if (known !== undefined) return known;
    const number = new ExactNumber(value);
    this.#numbers.set(value.text, number);
    return number;
  }

  #make(value: object): object {
    if (Array.isArray(value)) {
      this.#budget.spend(1 + stepsOfList(value.length));
      return value.map((item, index) => {
        // The views of a long list take longer than the time may be: it is looked at between them.
        if (index % 8 === 7) this.#budget.spend();
        return this.of(item);
      });
    }
    return isNamed(value) ? new Proxy(nothing, new MembersHandler(value, this, this.#budget)) : nothing;
  }
}

/** Liquid's words `nil`, `empty` and `blank` are objects of its own; `forloop` is one too, and has members to show. */
function ofWord(drop: Drop): unknown {
  const value: unknown = drop.valueOf();
  return value === null || value === '' ? value : drop;
}

/** What every view of members is a proxy of: nothing, which stays so. */
const nothing: object = Object.create(null);

/** Shows the members of a map or record. */
class MembersHandler implements ProxyHandler<object> {
  readonly #named: Named;
  readonly #views: Views;
  readonly #budget: Budget;

  constructor(named: Named, views: Views, budget: Budget) {
    this.#named = named;
    this.#views = views;
    this.#budget = budget;
  }

  get(_: object, key: string | symbol): unknown {
    if (typeof key === 'string') return this.#views.of(readMember(this.#named, key));
    return key === Symbol.toPrimitive ? () => toJson(this.#named, this.#budget) : undefined;
  }

  has(_: object, key: string | symbol): boolean {
    return typeof key === 'string' && hasMember(this.#named, key);
  }

  ownKeys(): string[] {
    this.#budget.spend(memberCount(this.#named));
    return membersOf(this.#named).map(([name]) => name);
  }

  getOwnPropertyDescriptor(_: object, key: string | symbol): PropertyDescriptor | undefined {
    if (!this.has(_, key)) return undefined;
    return { value: this.get(_, key), enumerable: true, configurable: true };
  }

  set(): boolean {
    return false;
  }

  defineProperty(): boolean {
    return false;
  }

  deleteProperty(): boolean {
    return false;
  }
}
