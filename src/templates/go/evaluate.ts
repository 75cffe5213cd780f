// Works out what pipelines give.
import { callFunction } from '../functions/arguments.ts';
import type { FunctionTable, Surroundings } from '../functions/function.ts';
import { Problem } from '../problem.ts';
import { TemplateError } from '../template.ts';
import type { Command, Operand, Pipe } from './nodes.ts';
import { readFields } from './resolve.ts';
import { isTrue } from './values.ts';

/** The variables of one template that runs, by slot; `$` is the first. */
export type Frame = unknown[];

const none: readonly unknown[] = [];

export class Evaluator {
  readonly #source: string;
  readonly #functions: FunctionTable;
  readonly #surroundings: Surroundings;

  constructor(source: string, functions: FunctionTable, surroundings: Surroundings) {
    this.#source = source;
    this.#functions = functions;
    this.#surroundings = surroundings;
  }

  /** What a pipeline gives; its variables are set to it. @throws {TemplateError} */
  pipe(pipe: Pipe, dot: unknown, frame: Frame): unknown {
    let value: unknown;
    for (let index = 0; index < pipe.commands.length; index += 1) {
      const command = pipe.commands[index];
      if (command === undefined) break;
      value = this.#command(command, dot, frame, index === 0 ? none : [value]);
    }
    for (const slot of pipe.variables) frame[slot] = value;
    return value;
  }

  #command(command: Command, dot: unknown, frame: Frame, piped: readonly unknown[]): unknown {
    const { first, args, offset } = command;
    try {
      if (first.kind === 'function') return this.#function(first.name, args, dot, frame, piped);
      if (first.kind === 'nil') throw new Problem('nil alone is no command');
      const given = args.length === 0 ? piped : [...this.#all(args, dot, frame), ...piped];
      if (given.length > 0 && !takesArguments(first))
        throw new Problem('this is no function, and takes no arguments');
      return this.#operand(first, dot, frame, given);
    } catch (error) {
      throw this.placed(error, offset);
    }
  }

  #function(
    name: string,
    args: readonly Operand[],
    dot: unknown,
    frame: Frame,
    piped: readonly unknown[],
  ): unknown {
    if (name === 'and' || name === 'or') return this.#logic(name, args, dot, frame, piped);
    const implementation = this.#functions[name];
    if (implementation === undefined) throw new Problem(`there is no function "${name}"`);
    const given = this.#all(args, dot, frame);
    return callFunction(name, implementation, [...given, ...piped], this.#surroundings);
  }

  /** `and` and `or` look at no more arguments than they need. */
  #logic(
    name: 'and' | 'or',
    args: readonly Operand[],
    dot: unknown,
    frame: Frame,
    piped: readonly unknown[],
  ): unknown {
    if (args.length + piped.length === 0) throw new Problem(`${name} takes at least 1 argument, not 0`);
    let value: unknown;
    for (const arg of args) {
      value = this.#operand(arg, dot, frame, none);
      if (isTrue(value) === (name === 'or')) return value;
    }
    return piped.length > 0 ? piped[0] : value;
  }

  #all(operands: readonly Operand[], dot: unknown, frame: Frame): unknown[] {
    return operands.map((operand) => this.#operand(operand, dot, frame, none));
  }

  #operand(operand: Operand, dot: unknown, frame: Frame, args: readonly unknown[]): unknown {
    this.#surroundings.budget.spend();
    switch (operand.kind) {
      case 'dot':
        return dot;
      case 'nil':
        return undefined;
      case 'constant':
        return operand.value;
      case 'field':
        return this.#fields(dot, operand.names, args, operand.offset);
      case 'variable':
        return this.#fields(frame[operand.slot], operand.names, args, operand.offset);
      case 'pipe':
        return this.#fields(this.pipe(operand.pipe, dot, frame), operand.names, args, operand.offset);
      case 'function':
        return this.#function(operand.name, [], dot, frame, none);
    }
  }

  #fields(start: unknown, names: readonly string[], args: readonly unknown[], offset: number): unknown {
    try {
      return readFields(start, names, args, this.#surroundings.budget);
    } catch (error) {
      throw this.placed(error, offset);
    }
  }

  /** The error with its place in the template, if it has none yet. */
  placed(error: unknown, offset: number): unknown {
    return error instanceof Problem ? new TemplateError(error.message, this.#source, offset) : error;
  }
}

function takesArguments(operand: Operand): boolean {
  return (
    (operand.kind === 'field' || operand.kind === 'variable' || operand.kind === 'pipe') &&
    operand.names.length > 0
  );
}
