import {
  type Alias,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  type Node,
  type Pair,
  type Scalar,
  type YAMLMap,
} from 'yaml';
import { scalarOffset } from './scalar-offset.ts';

/** Keys and indices from the top of the file. */
export type Path = readonly PropertyKey[];

interface Found {
  /** Undefined for an item of a list and for the top. */
  readonly key: Node | undefined;
  readonly value: Node | undefined;
}

/** A config's text as nodes that know where they stand. */
export interface Tree {
  readonly root: Node | undefined;
  /** What each alias stands for. */
  readonly targets: ReadonlyMap<Alias, Node>;
}

/** Finds where a path of the config stands in its text. Nothing is indexed before the first question. */
export class Places {
  readonly #text: string;
  readonly #makeTree: () => Tree;
  #tree: Tree | undefined;
  readonly #pairs = new WeakMap<YAMLMap, Map<string, Pair>>();

  /** `tree` is asked for once, at the first question: a large file without problems never needs it. */
  constructor(text: string, tree: () => Tree) {
    this.#text = text;
    this.#makeTree = tree;
  }

  /** Offset of the key at `path`; of the value where it has none; of the nearest thing around it where it is absent. */
  key(path: Path): number {
    const { key, value } = this.#nearest(path);
    return start(key) ?? start(value) ?? 0;
  }

  /** Offset of the value at `path`; of its key where the value is empty; of the nearest thing around it where it is absent. */
  value(path: Path): number {
    const found = this.#find(path);
    if (found === undefined) return this.key(path);
    const { key, value } = found;
    const empty = isScalar(value) && value.value === null && value.source === '';
    return (empty ? start(key) : start(value)) ?? this.key(path);
  }

  /** Offset of character `at` of the string at `path`, as it stood before the environment was put in. */
  inside(path: Path, at: number): number {
    const scalar = this.scalar(path);
    return scalar === undefined ? this.value(path) : scalarOffset(this.#text, scalar, at);
  }

  scalar(path: Path): Scalar | undefined {
    const value = this.#find(path)?.value;
    return isScalar(value) ? value : undefined;
  }

  has(path: Path): boolean {
    return this.#find(path) !== undefined;
  }

  #nearest(path: Path): Found {
    for (let length = path.length; length > 0; length -= 1) {
      const found = this.#find(path.slice(0, length));
      if (found !== undefined) return found;
    }
    return { key: undefined, value: this.#known().root };
  }

  #known(): Tree {
    this.#tree ??= this.#makeTree();
    return this.#tree;
  }

  #find(path: Path): Found | undefined {
    let found: Found = { key: undefined, value: this.#known().root };
    for (const step of path) {
      const { value } = found;
      if (isMap(value)) {
        const pair = this.#index(value).get(String(step));
        if (pair === undefined) return undefined;
        found = { key: asNode(pair.key), value: this.#follow(asNode(pair.value)) };
      } else if (isSeq(value)) {
        const item = value.items[Number(step)];
        if (item === undefined) return undefined;
        found = { key: undefined, value: this.#follow(asNode(item)) };
      } else return undefined;
    }
    return found;
  }

  #index(map: YAMLMap): Map<string, Pair> {
    let index = this.#pairs.get(map);
    if (index === undefined) {
      index = new Map(map.items.map((pair) => [isScalar(pair.key) ? keyName(pair.key) : '', pair]));
      this.#pairs.set(map, index);
    }
    return index;
  }

  #follow(node: Node | undefined): Node | undefined {
    return isAlias(node) ? this.#known().targets.get(node) : node;
  }
}

/** A key as it is written: to YAML `1.10` and `007` are numbers, and as such they would be `1.1` and `7`. */
export function keyName({ value, source }: Scalar): string {
  return typeof value === 'string' ? value : (source ?? String(value));
}

function asNode(value: unknown): Node | undefined {
  return isScalar(value) || isMap(value) || isSeq(value) || isAlias(value) ? value : undefined;
}

function start(node: Node | undefined): number | undefined {
  return node?.range?.[0];
}
