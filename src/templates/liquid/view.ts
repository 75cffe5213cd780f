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

/** The number that Liquid reckons with, of one that prints other digits. */
class ExactNumber extends Drop {
  readonly exact: JsonNumber | Float;

  constructor(exact: JsonNumber | Float) {
    super();
    this.exact = exact;
  }

  override valueOf(): number {
    return Number(this.exact instanceof Float ? this.exact.value : this.exact.text);
  }
}

/** The views of one rendering, so that the same data is the same object each time it is read. */
export class Views {
  readonly #budget: Budget;
  readonly #views = new Map<object, object>();
  readonly #originals = new Map<object, object>();

  constructor(budget: Budget) {
    this.#budget = budget;
  }

  of(value: unknown): unknown {
    if (typeof value === 'bigint') return this.of(new JsonNumber(String(value)));
    if (kindOf(value) === 'nil') return undefined;
    if (typeof value !== 'object' || value === null) return value;
    if (value instanceof TimeValue) return value.toString();
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
    const known = this.#originals.get(value);
    if (known !== undefined) return known;
    if (!Array.isArray(value)) return value;
    this.#budget.spend(1 + stepsOfList(value.length));
    const original = value.map((item) => this.original(item));
    // A list may hold another one many times.
    this.#originals.set(value, original);
    return original;
  }

  #make(value: object): object {
    if (Array.isArray(value)) {
      this.#budget.spend(1 + stepsOfList(value.length));
      return value.map((item) => this.of(item));
    }
    if (value instanceof JsonNumber || value instanceof Float) return sealed(new ExactNumber(value));
    return isNamed(value) ? new Proxy(nothing, new MembersHandler(value, this, this.#budget)) : nothing;
  }
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

/** A drop of which templates can read nothing: Liquid would look for members in its prototypes too. */
function sealed(drop: ExactNumber): object {
  return new Proxy(drop, {
    get: (target, key) => {
      if (key === 'valueOf') return () => target.valueOf();
      if (key === Symbol.toPrimitive)
        return (hint: string) => (hint === 'string' ? shown(target) : target.valueOf());
      return key === 'liquidMethodMissing' ? () => undefined : undefined;
    },
  });
}

function shown({ exact }: ExactNumber): string {
  return exact instanceof Float ? String(exact.value) : exact.text;
}
