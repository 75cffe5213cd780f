// Functions over lists and maps, as sprig has them.
import { counted, plain } from '../go/print.ts';
import { isList, isMap, kindOf, typeName } from '../go/values.ts';
import { hasMember, memberCount, membersOf, readMember } from '../members.ts';
import { Problem } from '../problem.ts';
import { list, text } from './arguments.ts';
import type { FunctionTable, Surroundings } from './function.ts';
import { toJson } from './json.ts';
import { texts } from './strings.ts';

function dict(pairs: readonly unknown[], { budget }: Surroundings): ReadonlyMap<string, unknown> {
  const map = new Map<string, unknown>();
  for (let index = 0; index < pairs.length; index += 2) {
    // A key without a value has an empty one.
    map.set(plain(pairs[index], budget), index + 1 < pairs.length ? pairs[index + 1] : '');
  }
  return map;
}

function keys(maps: readonly unknown[], { budget }: Surroundings): string[] {
  return maps.flatMap((map) => {
    if (!isMap(map)) return [];
    budget.spend(memberCount(map));
    return membersOf(map).map(([name]) => name);
  });
}

function uniq([value]: readonly unknown[], { budget }: Surroundings): unknown[] {
  const seen = new Set<string>();
  return list(value).filter((item) => {
    // By kind and content: 1 is not "1".
    const identity = `${kindOf(item)} ${toJson(item, budget)}`;
    const isNew = !seen.has(identity);
    seen.add(identity);
    return isNew;
  });
}

function end(name: string, at: 0 | -1): FunctionTable[string] {
  return {
    parameters: ['any'],
    call: ([value]) => {
      if (!isList(value)) throw new Problem(`${name} wants a list, not ${typeName(value)}`);
      return value.at(at);
    },
  };
}

export const collectionFunctions: FunctionTable = {
  list: { parameters: [], rest: 'any', subjectFirst: true, call: (items) => items },
  dict: { parameters: [], rest: 'any', subjectFirst: true, call: dict },
  get: {
    parameters: ['map', 'string'],
    subjectFirst: true,
    call: ([map, name]) => (isMap(map) && hasMember(map, text(name)) ? readMember(map, text(name)) : ''),
  },
  hasKey: {
    parameters: ['map', 'string'],
    subjectFirst: true,
    call: ([map, name]) => isMap(map) && hasMember(map, text(name)),
  },
  keys: { parameters: [], rest: 'map', call: keys },
  first: end('first', 0),
  last: end('last', -1),
  uniq: { parameters: ['list'], call: uniq },
  sortAlpha: {
    parameters: ['any'],
    call: ([value], { budget }) => texts(value, budget).sort(counted(budget)),
  },
};
