// Walks the tree of a Go template over data.
import type { FunctionTable, Surroundings } from '../functions/function.ts';
import { toJson } from '../functions/json.ts';
import { jsonStringContent, oneJsonValue, type PrintMode } from '../json-context.ts';
import { Output } from '../output.ts';
import { inShort, Problem } from '../problem.ts';
import type { TemplateData } from '../template.ts';
import { Evaluator, type Frame } from './evaluate.ts';
import type { Definition, Node, Program, RangeNode, TemplateNode } from './nodes.ts';
import { plain, printed, sortedMembers } from './print.ts';
import { integerOf, isList, isMap, isTrue, kindOf, typeName } from './values.ts';

/** @throws {TemplateError} */
export function executeGo(
  source: string,
  program: Program,
  functions: FunctionTable,
  data: TemplateData,
  surroundings: Surroundings,
): string {
  const execution = new Execution(source, program, functions, surroundings);
  execution.run(program.main, data);
  return execution.output.text;
}

/** Templates inside templates, beyond which the stack would run out. */
const deepest = 100;

type Jump = 'break' | 'continue' | undefined;

class Execution {
  readonly output: Output;
  readonly #program: Program;
  readonly #surroundings: Surroundings;
  readonly #evaluator: Evaluator;
  #depth = 0;

  constructor(source: string, program: Program, functions: FunctionTable, surroundings: Surroundings) {
    this.output = new Output(surroundings.budget.output);
    this.#program = program;
    this.#surroundings = surroundings;
    this.#evaluator = new Evaluator(source, functions, surroundings);
  }

  run(definition: Definition, dot: unknown): void {
    const frame: Frame = new Array(definition.slots);
    frame[0] = dot;
    this.#nodes(definition.nodes, dot, frame);
  }

  #nodes(nodes: readonly Node[], dot: unknown, frame: Frame): Jump {
    for (const node of nodes) {
      const jump = this.#node(node, dot, frame);
      if (jump !== undefined) return jump;
    }
    return undefined;
  }

  #node(node: Node, dot: unknown, frame: Frame): Jump {
    try {
      this.#surroundings.budget.spend();
      switch (node.kind) {
        case 'text':
          this.output.write(node.text);
          return undefined;
        case 'action': {
          const value = this.#evaluator.pipe(node.pipe, dot, frame);
          if (node.pipe.variables.length === 0) this.output.write(this.#print(value, node.mode));
          return undefined;
        }
        case 'if':
        case 'with': {
          const value = this.#evaluator.pipe(node.pipe, dot, frame);
          if (!isTrue(value)) return this.#nodes(node.otherwise, dot, frame);
          return this.#nodes(node.body, node.kind === 'with' ? value : dot, frame);
        }
        case 'range':
          return this.#range(node, dot, frame);
        case 'template':
          return this.#template(node, dot, frame);
        default:
          return node.kind;
      }
    } catch (error) {
      throw this.#evaluator.placed(error, node.offset);
    }
  }

  #print(value: unknown, mode: PrintMode): string {
    const { budget } = this.#surroundings;
    if (mode === 'text') return printed(value, budget);
    if (mode === 'string') return jsonStringContent(printed(value, budget), budget);
    return typeof value === 'string' ? oneJsonValue(value, budget) : toJson(value, budget);
  }

  #range(node: RangeNode, dot: unknown, frame: Frame): Jump {
    const value = this.#evaluator.pipe(node.pipe, dot, frame);
    let empty = true;
    for (const [key, item] of this.#items(value)) {
      empty = false;
      this.#surroundings.budget.spend();
      const [first, second] = node.pipe.variables;
      if (first !== undefined) frame[first] = second === undefined ? item : key;
      if (second !== undefined) frame[second] = item;
      if (this.#nodes(node.body, item, frame) === 'break') break;
    }
    return empty ? this.#nodes(node.otherwise, dot, frame) : undefined;
  }

  #items(value: unknown): Iterable<[unknown, unknown]> {
    if (isList(value)) return value.entries();
    if (isMap(value)) return sortedMembers(value, this.#surroundings.budget);
    const kind = kindOf(value);
    if (kind === 'nil') return [];
    if (kind === 'int') return integersBelow(integerOf(value));
    const shown = inShort(plain(value, this.#surroundings.budget));
    throw new Problem(`range cannot go over ${shown}, a ${typeName(value)}`);
  }

  #template(node: TemplateNode, dot: unknown, frame: Frame): Jump {
    const value = node.pipe === undefined ? undefined : this.#evaluator.pipe(node.pipe, dot, frame);
    const definition = this.#program.definitions.get(node.name);
    this.#depth += 1;
    if (this.#depth > deepest) throw new Problem(`templates call each other deeper than ${deepest}`);
    if (definition !== undefined) this.run(definition, value);
    this.#depth -= 1;
    return undefined;
  }
}

function* integersBelow(end: bigint): Iterable<[unknown, unknown]> {
  for (let at = 0; at < end; at += 1) yield [at, at];
}
