import { type JsonPrintable, JsonSyntaxError, parseJson, printJson } from '../../core/json.ts';
import type { Budget } from '../budget.ts';
import { kindOf } from '../go/values.ts';
import { Problem } from '../problem.ts';
import { text } from './arguments.ts';
import type { FunctionTable } from './function.ts';

/** A value as JSON. @throws {Problem} when it is too long or too deep. */
export function toJson(value: unknown, budget: Budget, pretty = false): string {
  try {
    const json = printJson(isPrintable(value) ? value : null, { pretty, limit: budget.output });
    budget.reserve(json.length);
    return json;
  } catch (error) {
    if (error instanceof RangeError) throw new Problem(error.message);
    throw error;
  }
}

function isPrintable(value: unknown): value is JsonPrintable {
  return kindOf(value) !== 'nil';
}

export const jsonFunctions: FunctionTable = {
  toJson: { parameters: ['any'], call: ([value], { budget }) => toJson(value, budget) },
  toJsonPretty: { parameters: ['any'], call: ([value], { budget }) => toJson(value, budget, true) },
  fromJson: {
    parameters: ['string'],
    call: ([value], { budget }) => {
      budget.reserve(text(value).length);
      // A few characters may make a map.
      budget.spend(text(value).length >>> 3);
      try {
        return parseJson(text(value));
      } catch (error) {
        // As in sprig: what is no JSON gives nil.
        if (error instanceof JsonSyntaxError) return undefined;
        throw error;
      }
    },
  },
};
