// Reading fields of data: `.a.b`, and the methods of times.
import type { Budget } from '../budget.ts';
import { TimeValue } from '../data.ts';
import { readMember } from '../members.ts';
import { Problem } from '../problem.ts';
import { formatTime } from '../time-format.ts';
import { isMap, kindOf, typeName } from './values.ts';

/**
 * The value at the end of a chain of names. What is missing is nil, and so is every field of nil.
 * @param args given to the last name, which must then be a method. @throws {Problem}
 */
export function readFields(
  start: unknown,
  names: readonly string[],
  args: readonly unknown[],
  budget: Budget,
): unknown {
  let value = start;
  for (let index = 0; index < names.length; index += 1) {
    const name = names[index] ?? '';
    const last = index === names.length - 1;
    if (value instanceof TimeValue) value = callMethod(value, name, last ? args : [], budget);
    else {
      if (last && args.length > 0) throw new Problem(`"${name}" is a field, and takes no arguments`);
      value = readField(value, name);
    }
  }
  return value;
}

function readField(value: unknown, name: string): unknown {
  if (isMap(value)) return readMember(value, name);
  if (kindOf(value) === 'nil') return undefined;
  throw new Problem(`${typeName(value)} has no field "${name}"`);
}

function callMethod(time: TimeValue, name: string, args: readonly unknown[], budget: Budget): unknown {
  const [layout] = args;
  if (name === 'Format' && typeof layout === 'string' && args.length === 1)
    return formatTime(time, layout, budget);
  if (name === 'Unix' && args.length === 0) return Math.floor(time.ms / 1_000);
  if (name === 'Format') throw new Problem('Format wants one layout, such as "2006-01-02"');
  throw new Problem(`a time has no "${name}": it has Format and Unix`);
}
