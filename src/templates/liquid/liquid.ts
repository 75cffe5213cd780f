// The Liquid dialect, by liquidjs. What it prints is printed by us, so that numbers keep their digits, and values in
// JSON are escaped where they stand.
import {
  CaseTag,
  type Context,
  type Emitter,
  ForTag,
  LiquidError,
  type Template as LiquidTemplate,
  Output,
  TablerowTag,
  TypeGuards,
  toValueSync,
} from 'liquidjs';
import type { Clock } from '../../core/clock.ts';
import { Budget } from '../budget.ts';
import { TimeValue } from '../data.ts';
import { toJson } from '../functions/json.ts';
import { plain } from '../go/print.ts';
import { isList, kindOf } from '../go/values.ts';
import { jsonStringContent, oneJsonValue, type PrintMode, placeInJson } from '../json-context.ts';
import { membersOf } from '../members.ts';
import { Output as Text } from '../output.ts';
import { Problem } from '../problem.ts';
import { type Template, type TemplateData, TemplateError, type TemplateLimits } from '../template.ts';
import { type Rendering, renderingOf } from './context.ts';
import { EchoTag } from './echo.ts';
import { engine, makeContext } from './engine.ts';
import { flowOf, isPrinting, type PrintModes } from './flow.ts';
import { guardLiterals } from './literals.ts';
import { Views } from './view.ts';

/** @throws {TemplateError} */
export function compileLiquid(source: string, json: boolean, limits: TemplateLimits, clock: Clock): Template {
  const templates = placing(source, () => engine.parse(source));
  guardLiterals(source, templates);
  const modes: PrintModes = new Map();
  if (json) placeInJson(source, flowOf(source, templates, modes), new Map());
  for (const template of allOf(templates)) watch(template, modes.get(template) ?? 'text');
  return {
    dialect: 'liquid',
    render: (data) => {
      const budget = new Budget(limits, clock);
      const rendering = { clock, budget, views: new Views(budget) };
      return placing(source, () => render(templates, data, rendering));
    },
  };
}

function render(templates: LiquidTemplate[], data: TemplateData, rendering: Rendering): string {
  const { views, budget, clock } = rendering;
  // A scope of our own: `increment` writes into it.
  const scope: object = Object.create(null);
  for (const [name, value] of membersOf(data)) Reflect.set(scope, name, views.of(value));
  const globals: object = Object.create(null);
  const now = () => new TimeValue(Math.floor(clock.now() / 1_000) * 1_000).toString();
  Object.defineProperty(globals, 'now', { get: now });
  const output = new Text(budget.output);
  const emitter = { buffer: '', write: (text: unknown) => output.write(String(text)) };
  toValueSync(engine.renderer.renderTemplates(templates, makeContext(scope, globals, rendering), emitter));
  return output.text;
}

/** Every template of a tree, the leaves of its branches included. */
function* allOf(templates: readonly LiquidTemplate[]): Iterable<LiquidTemplate> {
  for (const template of templates) {
    yield template;
    const children = template.children?.(false, true).next().value;
    if (Array.isArray(children)) yield* allOf(children);
  }
}

/** Makes a template count what it does, and print as it is told. Text does neither. */
function watch(template: LiquidTemplate, mode: PrintMode): void {
  const { token } = template;
  if (TypeGuards.isHTMLToken(token)) return;
  const step = () => ({ token, render: (context: Context) => renderingOf(context).budget.spend() });
  // A round of a loop must count too, whatever is in it.
  if (template instanceof ForTag || template instanceof TablerowTag) template.templates.unshift(step());
  // After a jump out of one branch Liquid still runs the first template of any other that fits.
  if (template instanceof CaseTag) for (const branch of template.branches) branch.templates.unshift(step());
  const render = template.render.bind(template);
  const value = template instanceof Output || template instanceof EchoTag ? template.value : undefined;
  if (value === undefined && !isPrinting(template)) {
    template.render = (context: Context, emitter: Emitter): unknown => {
      renderingOf(context).budget.spend();
      return render(context, emitter);
    };
    return;
  }
  template.render = function* (context: Context, emitter: Emitter): Generator<unknown, void, unknown> {
    const rendering = renderingOf(context);
    rendering.budget.spend();
    const result = yield value === undefined ? printed(render, context) : value.value(context, false);
    const text = print(rendering.views.original(result), mode, rendering);
    rendering.budget.reserve(text.length);
    emitter.write(text);
  };
}

/** What a tag would print: some write it, some return it. */
function* printed(render: LiquidTemplate['render'], context: Context): Generator<unknown, string, unknown> {
  let text = '';
  const returned = yield render(context, {
    buffer: '',
    write: (part: unknown) => (text += String(part ?? '')),
  });
  return text + String(returned ?? '');
}

function print(value: unknown, mode: PrintMode, { budget }: Rendering): string {
  if (mode === 'value')
    return typeof value === 'string' ? oneJsonValue(value, budget) : toJson(value, budget);
  const text = liquidText(value, budget);
  return mode === 'string' ? jsonStringContent(text, budget) : text;
}

/** As Liquid prints: nothing for nil, the items of a list without anything between; and a map as JSON. */
function liquidText(value: unknown, budget: Budget): string {
  if (isList(value)) {
    let text = '';
    for (const item of value) {
      const part = liquidText(item, budget);
      text += part;
      budget.reserve(text.length, part.length);
    }
    return text;
  }
  const kind = kindOf(value);
  if (kind === 'nil') return '';
  return kind === 'map' ? toJson(value, budget) : plain(value, budget);
}

/** Runs `work`; whatever it throws comes out as a template error with its place. */
function placing<Result>(source: string, work: () => Result): Result {
  try {
    return work();
  } catch (error) {
    throw placed(source, error);
  }
}

function placed(source: string, error: unknown): unknown {
  if (error instanceof TemplateError) return error;
  if (!LiquidError.is(error))
    return error instanceof Problem ? new TemplateError(error.message, source, 0) : error;
  const cause = error.originalError;
  if (cause instanceof TemplateError) return cause;
  const message = (cause ?? error).message.replace(/, line:\d+, col:\d+$/, '');
  return new TemplateError(message, source, error.token.begin);
}
