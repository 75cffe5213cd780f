// Reads a page of `/metrics` as strictly as Prometheus does, and finds what `promtool check metrics` would.
// Source: https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format

export interface Series {
  /** With `_bucket`, `_sum` or `_count` where it is of a histogram. */
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

export interface ParsedFamily {
  readonly name: string;
  readonly help: string;
  readonly type: string;
  readonly series: Series[];
}

export class MetricsPage {
  readonly families: readonly ParsedFamily[];

  /** @throws {Error} for what is no page of metrics: the line that cannot be read. */
  constructor(text: string) {
    this.families = parse(text);
  }

  /** The value of a series, of a histogram its count; 0 where it is not there. */
  value(name: string, wanted: Readonly<Record<string, string>> = {}): number {
    const found = this.families.find((family) => family.name === name);
    const counted = found?.type === 'histogram' ? `${name}_count` : name;
    const fits = ({ labels }: Series) =>
      Object.entries(wanted).every(([label, value]) => labels[label] === value);
    return found?.series.find((series) => series.name === counted && fits(series))?.value ?? 0;
  }

  /** What is wrong with it by Prometheus' rules; empty for a good page. */
  problems(): readonly string[] {
    return this.families.flatMap((family) =>
      problemsOf(family).map((problem) => `${family.name}: ${problem}`),
    );
  }
}

function parse(text: string): readonly ParsedFamily[] {
  if (!text.endsWith('\n')) throw new Error('the last line has no end');
  const families = new Map<string, ParsedFamily>();
  let current: ParsedFamily | undefined;
  for (const line of text.slice(0, -1).split('\n')) {
    const [, name = '', help = ''] = /^# HELP (\S+) (.*)$/.exec(line) ?? [];
    const [, typed, type = ''] = /^# TYPE (\S+) (counter|gauge|histogram)$/.exec(line) ?? [];
    if (name !== '') {
      if (families.has(name)) throw new Error(`a second time: ${line}`);
      current = { name, help: unescaped(help), type: '', series: [] };
    } else if (typed !== undefined && typed === current?.name) {
      current = { ...current, type };
      families.set(typed, current);
    } else {
      const series = parseSeries(line);
      const of =
        current?.type === 'histogram' ? /^(.*)_(?:bucket|sum|count)$/.exec(series.name)?.[1] : series.name;
      if (current === undefined || of !== current.name) throw new Error(`out of place: ${line}`);
      current.series.push(series);
    }
  }
  return [...families.values()];
}

function parseSeries(line: string): Series {
  const [, name, inBraces = '', number] =
    /^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{((?:[a-zA-Z_]\w*="(?:[^"\\]|\\[\\n"])*",?)+)\})? (\S+)$/.exec(line) ??
    [];
  const value = number === '+Inf' ? Number.POSITIVE_INFINITY : Number(number);
  if (name === undefined || Number.isNaN(value)) throw new Error(`cannot be read: ${line}`);
  const pairs = [...inBraces.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)].map(
    ([, label = '', text = '']) => [label, unescaped(text)] as const,
  );
  return { name, labels: Object.fromEntries(pairs), value };
}

function unescaped(text: string): string {
  return text.replace(/\\(.)/g, (_, escaped: string) => (escaped === 'n' ? '\n' : escaped));
}

function problemsOf({ name, help, type, series }: ParsedFamily): readonly string[] {
  const seen = series.map((each) => JSON.stringify([each.name, Object.entries(each.labels).sort()]));
  const problems = [
    !/^[a-z][a-z0-9_]*$/.test(name) && 'the name is not in snake case',
    help === '' && 'has no help',
    (type === 'counter') !== name.endsWith('_total') && 'counters, and only they, end in _total',
    /(?:_ms|_milliseconds|_minutes|_kb|_mb)(?:_total)?$/.test(name) && 'is in no base unit',
    type === 'histogram' && !/_(?:seconds|bytes)$/.test(name) && 'a histogram names its unit',
    type === 'histogram' && !bucketsAreWhole(name, series) && 'buckets do not add up',
    new Set(seen).size < seen.length && 'has a series twice',
  ];
  return problems.filter((problem) => problem !== false);
}

/** Each set of labels has ascending buckets up to `+Inf`, which is the count. */
function bucketsAreWhole(name: string, series: readonly Series[]): boolean {
  const counts = series.filter((each) => each.name === `${name}_count`);
  return counts.every((count) => {
    const buckets = series
      .filter((each) => each.name === `${name}_bucket`)
      .filter(({ labels: { le: _, ...labels } }) => JSON.stringify(labels) === JSON.stringify(count.labels))
      .map(({ labels, value }) => ({ bound: labels.le === '+Inf' ? Infinity : Number(labels.le), value }));
    const last = buckets.at(-1);
    return (
      last?.bound === Infinity &&
      last.value === count.value &&
      buckets.every(
        ({ bound, value }, index) =>
          index === 0 ||
          (bound > (buckets[index - 1]?.bound ?? 0) && value >= (buckets[index - 1]?.value ?? 0)),
      )
    );
  });
}
