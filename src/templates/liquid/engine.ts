// The Liquid engine, set so that a template reaches its data and nothing else.
import { type Context, type FilterImplOptions, Liquid } from 'liquidjs';
import type { Budget } from '../budget.ts';
import { callFunction } from '../functions/arguments.ts';
import type { TemplateFunction } from '../functions/function.ts';
import { functions } from '../functions/functions.ts';
import { toJson } from '../functions/json.ts';
import { plain } from '../go/print.ts';
import { kindOf } from '../go/values.ts';
import { type Rendering, RenderingContext, renderingOf } from './context.ts';
import { counted, type Handler, operators, weigh } from './counted.ts';
import { EchoTag } from './echo.ts';

/** Values that a template may make while it runs, in items and characters. */
const memoryLimit = 16 * 2 ** 20;

/** Tags that read other templates: there are none. */
const partialTags = ['include', 'render', 'layout', 'block'];

function makeEngine(): Liquid {
  const liquid = new Liquid({
    templates: {},
    dynamicPartials: false,
    relativeReference: false,
    strictFilters: true,
    ownPropertyOnly: true,
    timezoneOffset: 0,
    parseLimit: 2 ** 20,
    operators,
    memoryLimit,
    // Liquid would ask the machine's clock; the budget asks ours, at every tag and filter.
    renderLimit: Number.POSITIVE_INFINITY,
  });
  for (const name of partialTags) delete liquid.tags[name];
  // Draws by chance.
  liquid.unregisterFilter('sample');
  for (const [name, filter] of Object.entries(liquid.filters))
    liquid.registerFilter(name, counted(name, filter));
  for (const [name, implementation] of Object.entries(functions)) {
    if (liquid.filters[name] === undefined) liquid.registerFilter(name, filterOf(name, implementation));
  }
  for (const name of ['json', 'jsonify', 'inspect']) liquid.registerFilter(name, jsonFilter);
  liquid.registerFilter('date', dateFilter(liquid.filters.date));
  liquid.registerTag('echo', EchoTag);
  return liquid;
}

/** A context of this rendering, over `scope`. */
export function makeContext(scope: object, globals: object, rendering: Rendering): Context {
  return new RenderingContext(engine, scope, globals, rendering);
}

function filterOf(name: string, implementation: TemplateFunction): Handler {
  return function (value, ...args) {
    const { views, ...surroundings } = renderingOf(this.context);
    const given = implementation.subjectFirst === true ? [value, ...args] : [...args, value];
    // A list that is made of lists costs all that they hold: there may be the same one many times.
    if (name === 'list' || name === 'dict') for (const arg of given) weigh(arg, surroundings.budget);
    const originals = given.map((arg, index) => {
      const wanted = implementation.parameters[index] ?? implementation.rest;
      return fitting(views.original(arg), wanted, surroundings.budget);
    });
    return views.of(callFunction(name, implementation, originals, surroundings));
  };
}

/** Liquid's filters take what is missing for nothing, and any scalar for a string. */
function fitting(value: unknown, wanted: TemplateFunction['rest'], budget: Budget): unknown {
  const kind = kindOf(value);
  if (wanted === 'string' && kind === 'nil') return '';
  if (wanted === 'string' && kind !== 'list' && kind !== 'map') return plain(value, budget);
  return wanted === 'list' && kind === 'nil' ? [] : value;
}

const jsonFilter: Handler = function (value, space) {
  const { views, budget } = renderingOf(this.context);
  return toJson(views.original(value), budget, Number(space) > 0);
};

/** Liquid's own, but `now` and `today` are ours to say. */
function dateFilter(filter: FilterImplOptions | undefined): Handler {
  const handler = typeof filter === 'function' ? filter : filter?.handler;
  return function (value, ...args) {
    const { clock } = renderingOf(this.context);
    const given = value === 'now' || value === 'today' ? new Date(clock.now()).toISOString() : value;
    return handler?.call(this, given, ...args);
  };
}

export const engine = makeEngine();
