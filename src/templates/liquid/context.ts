// What Liquid hands to filters and tags, and asks for everything that a template reads.
import { Context, type Liquid, type Scope } from 'liquidjs';
import { stepsOfList } from '../budget.ts';
import type { Surroundings } from '../functions/function.ts';
import { Problem } from '../problem.ts';
import { ExactNumber } from './exact-number.ts';
import type { Views } from './view.ts';

/** What belongs to one rendering. */
export interface Rendering extends Surroundings {
  readonly views: Views;
}

type Key = Parameters<Context['readProperty']>[1];

/** The context of one rendering. It counts what is read, and what Liquid's own filters say that they make. */
export class RenderingContext extends Context {
  readonly rendering: Rendering;
  readonly #engine: Liquid;

  constructor(engine: Liquid, scope: object, globals: object, rendering: Rendering) {
    super(scope, engine.options, { sync: true, globals }, { liquid: engine });
    this.rendering = rendering;
    this.#engine = engine;
    const { memoryLimit } = this;
    const use = memoryLimit.use.bind(memoryLimit);
    memoryLimit.use = (amount) => {
      use(amount);
      if (amount > 0) rendering.budget.spend(stepsOfList(amount) >>> 2);
    };
  }

  override readProperty(from: Scope, key: Key): unknown {
    this.rendering.budget.spend();
    return super.readProperty(from, key instanceof ExactNumber ? Number(key) : key);
  }

  /** For a look into one item of a list. */
  override spawn(scope: object = {}): Context {
    const context = new RenderingContext(this.#engine, scope, this.globals, this.rendering);
    context.memoryLimit = this.memoryLimit;
    return context;
  }
}

/** @throws {Problem} for a context that is none of ours. */
export function renderingOf(context: Context): Rendering {
  if (context instanceof RenderingContext) return context.rendering;
  throw new Problem('this cannot be used here');
}
