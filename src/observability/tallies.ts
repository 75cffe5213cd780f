import { type Family, numberText, type Sample } from './exposition.ts';

interface About<Label extends string> {
  readonly name: string;
  readonly help: string;
  readonly labels: readonly Label[];
}

type Labels<Label extends string> = Readonly<Record<Label, string>>;

/** Values by their labels, each series made when it is first asked for. */
class Series<Label extends string, Value> {
  readonly #names: readonly Label[];
  readonly #make: () => Value;
  readonly #values = new Map<string, { readonly labels: Labels<Label>; readonly value: Value }>();

  constructor(names: readonly Label[], make: () => Value) {
    this.#names = names;
    this.#make = make;
  }

  of(labels: Labels<Label>): Value {
    let key = '';
    for (const name of this.#names) key += `${labels[name]}\n`;
    let known = this.#values.get(key);
    if (known === undefined) {
      known = { labels, value: this.#make() };
      this.#values.set(key, known);
    }
    return known.value;
  }

  samples(of: (labels: Labels<Label>, value: Value) => readonly Sample[]): readonly Sample[] {
    return [...this.#values.values()].flatMap(({ labels, value }) => of(labels, value));
  }
}

/** A number that only grows. */
export class Counter<Label extends string> {
  readonly #about: About<Label>;
  readonly #series: Series<Label, { total: number }>;

  constructor(about: About<Label>) {
    this.#about = about;
    this.#series = new Series(about.labels, () => ({ total: 0 }));
  }

  /** Adds to the series; adding 0 shows one that has not counted anything yet. */
  add(labels: Labels<Label>, count = 1): void {
    this.#series.of(labels).total += count;
  }

  family(): Family {
    const { name, help } = this.#about;
    const samples = this.#series.samples((labels, { total }) => [{ labels, value: total }]);
    return { name, help, type: 'counter', samples };
  }
}

interface Distribution {
  /** By the first bound that they do not exceed; the last one is for those that exceed all. */
  readonly counts: number[];
  sum: number;
}

/** How measurements spread over buckets. */
export class Histogram<Label extends string> {
  readonly #about: About<Label>;
  readonly #bounds: readonly number[];
  readonly #series: Series<Label, Distribution>;

  /** `bounds` are the upper bounds of the buckets, ascending, in the unit that the name ends in. */
  constructor(about: About<Label>, bounds: readonly number[]) {
    this.#about = about;
    this.#bounds = bounds;
    this.#series = new Series(about.labels, () => ({
      counts: new Array<number>(bounds.length + 1).fill(0),
      sum: 0,
    }));
  }

  observe(labels: Labels<Label>, value: number): void {
    const distribution = this.#series.of(labels);
    let bucket = 0;
    while (bucket < this.#bounds.length && value > (this.#bounds[bucket] ?? 0)) bucket += 1;
    distribution.counts[bucket] = (distribution.counts[bucket] ?? 0) + 1;
    distribution.sum += value;
  }

  family(): Family {
    const { name, help } = this.#about;
    const samples = this.#series.samples((labels, { counts, sum }) => {
      let count = 0;
      const buckets = [...this.#bounds, Number.POSITIVE_INFINITY].map((bound, index): Sample => {
        count += counts[index] ?? 0;
        return { suffix: '_bucket', labels: { ...labels, le: numberText(bound) }, value: count };
      });
      return [...buckets, { suffix: '_sum', labels, value: sum }, { suffix: '_count', labels, value: count }];
    });
    return { name, help, type: 'histogram', samples };
  }
}
