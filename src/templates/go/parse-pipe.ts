import { LiteralError, numberValue, runeValue } from './literals.ts';
import type { Command, Operand, Pipe } from './nodes.ts';
import type { Scope } from './scope.ts';
import type { TokenStream } from './token-stream.ts';
import type { Token, TokenKind } from './tokens.ts';

/** Parentheses inside parentheses, beyond which the parser itself would run out of stack. */
const deepest = 200;

/** Reads pipelines: `$x := .a.b | printf "%s" | upper`. */
export class PipeParser {
  readonly #tokens: TokenStream;
  readonly #functions: ReadonlySet<string>;
  readonly #scope: () => Scope;
  #depth = 0;

  constructor(tokens: TokenStream, functions: ReadonlySet<string>, scope: () => Scope) {
    this.#tokens = tokens;
    this.#functions = functions;
    this.#scope = scope;
  }

  /** Up to and including the `end` token. Up to `declares` variables may be set at its start. */
  pipe(context: string, end: TokenKind, declares = 1): Pipe {
    this.#depth += 1;
    if (this.#depth > deepest) this.#tokens.fail(`parentheses are nested deeper than ${deepest}`);
    this.#tokens.skipSpace();
    const offset = this.#tokens.peek().offset;
    const targets = this.#targets(declares);
    const commands: Command[] = [];
    for (;;) {
      this.#tokens.skipSpace();
      const token = this.#tokens.peek();
      if (token.kind === end) break;
      commands.push(this.#command(end));
    }
    const closing = this.#tokens.next();
    if (commands.length === 0) this.#tokens.fail(`"${context}" wants a value`, closing.offset);
    const late = commands
      .slice(1)
      .find((command) => command.first.kind === 'constant' || isBare(command.first));
    if (late !== undefined) this.#tokens.fail('a pipe must lead into a function', late.offset);
    this.#depth -= 1;
    // Declared after the pipe was read: it cannot use what it sets.
    return { variables: targets.map((target) => target()), commands, offset };
  }

  /** `$x :=`, `$x =` and, for `range`, `$i, $x :=`. */
  #targets(declares: number): (() => number)[] {
    const start = this.#tokens.peek();
    if (start.kind !== 'variable') return [];
    const names: Token[] = [];
    let read = 0;
    const next = (): Token => {
      read += 1;
      return this.#tokens.next();
    };
    for (;;) {
      const variable = next();
      if (variable.kind !== 'variable') break;
      names.push(variable);
      let after = next();
      if (after.kind === 'space') after = next();
      if (after.kind === ':=' || after.kind === '=') return this.#settled(names, after);
      if (after.kind !== ',') break;
      if (names.length >= declares) this.#tokens.fail('too many variables are set here', variable.offset);
      if (this.#tokens.peek().kind === 'space') next();
    }
    if (names.length > 1) this.#tokens.fail('"range" sets one or two variables: "$index, $item := "');
    for (; read > 0; read -= 1) this.#tokens.back();
    return [];
  }

  #settled(names: readonly Token[], operator: Token): (() => number)[] {
    if (operator.kind === ':=') return names.map((name) => () => this.#scope().declare(name.text));
    return names.map((name) => {
      const slot = this.#slot(name);
      return () => slot;
    });
  }

  #command(end: TokenKind): Command {
    const offset = this.#tokens.peek().offset;
    const operands: Operand[] = [];
    for (;;) {
      this.#tokens.skipSpace();
      const operand = this.#operand();
      if (operand !== undefined) operands.push(operand);
      const token = this.#tokens.peek();
      if (token.kind === 'space') continue;
      if (token.kind === end) break;
      if (token.kind === '|') {
        this.#tokens.next();
        break;
      }
      this.#unexpected(token);
    }
    const [first, ...args] = operands;
    if (first === undefined) this.#tokens.fail('a command is empty', offset);
    return { first, args, offset };
  }

  #operand(): Operand | undefined {
    const term = this.#term();
    if (term === undefined) return undefined;
    const names = this.#fields();
    if (names.length === 0) return term;
    switch (term.kind) {
      case 'field':
      case 'variable':
      case 'pipe':
        return { ...term, names: [...term.names, ...names] };
      case 'function': {
        // Called without arguments: those that follow are for the last field.
        const { offset } = term;
        const pipe = { variables: [], commands: [{ first: term, args: [], offset }], offset };
        return { kind: 'pipe', pipe, names, offset };
      }
      default:
        return this.#tokens.fail('a field cannot be read from this', term.offset);
    }
  }

  #fields(): string[] {
    const names: string[] = [];
    while (this.#tokens.peek().kind === 'field') names.push(this.#tokens.next().text);
    return names;
  }

  #term(): Operand | undefined {
    const token = this.#tokens.peek();
    const { kind, text, offset } = token;
    switch (kind) {
      case 'dot':
      case 'nil':
        this.#tokens.next();
        return { kind, offset };
      case 'field':
        this.#tokens.next();
        return { kind, names: [text], offset };
      case 'bool':
        this.#tokens.next();
        return { kind: 'constant', value: text === 'true', offset };
      case 'string':
        this.#tokens.next();
        return { kind: 'constant', value: text, offset };
      case 'number':
      case 'char':
        this.#tokens.next();
        return { kind: 'constant', value: this.#number(token), offset };
      case 'variable':
        this.#tokens.next();
        return { kind, slot: this.#slot(token), names: [], offset };
      case 'identifier':
        this.#tokens.next();
        return this.#function(token);
      case '(':
        this.#tokens.next();
        return { kind: 'pipe', pipe: this.#pipe(), names: [], offset };
      default:
        return undefined;
    }
  }

  #pipe(): Pipe {
    return this.pipe('()', ')');
  }

  #number(token: Token): unknown {
    try {
      return token.kind === 'char' ? runeValue(token.text) : numberValue(token.text);
    } catch (error) {
      if (error instanceof LiteralError) this.#tokens.fail(error.message, token.offset);
      throw error;
    }
  }

  #slot(variable: Token): number {
    const slot = this.#scope().find(variable.text);
    if (slot === undefined)
      this.#tokens.fail(`the variable ${variable.text} is not set here`, variable.offset);
    return slot;
  }

  #function({ text, offset }: Token): Operand {
    if (this.#functions.has(text)) return { kind: 'function', name: text, offset };
    const hint = `a field is written .${text}; in Liquid it would be a variable (dialect: liquid)`;
    return this.#tokens.fail(`there is no function "${text}" (${hint})`, offset);
  }

  #unexpected(token: Token): never {
    const what = token.kind === 'end' ? 'the end' : JSON.stringify(token.text);
    this.#tokens.fail(`${what} does not belong here`, token.offset);
  }
}

/** Whether it can take nothing from a pipe. */
function isBare(operand: Operand): boolean {
  return operand.kind === 'dot' || operand.kind === 'nil';
}
