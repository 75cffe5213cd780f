import {
  BreakTag,
  CaptureTag,
  CaseTag,
  ContinueTag,
  CycleTag,
  DecrementTag,
  ForTag,
  IfTag,
  IncrementTag,
  LiquidTag,
  Output,
  RawTag,
  TablerowTag,
  type Template,
  TypeGuards,
  UnlessTag,
} from 'liquidjs';
import type { PrintMode, Step, Steps } from '../json-context.ts';
import { TemplateError } from '../template.ts';
import { EchoTag } from './echo.ts';

/** What is told how to print: by the template that prints. */
export type PrintModes = Map<Template, PrintMode>;

/**
 * The text and the branches of a Liquid template, as json-context.ts wants to see them.
 * @throws {TemplateError} for a tag that prints what is not known at load.
 */
export function flowOf(source: string, templates: readonly Template[], modes: PrintModes): Steps {
  return templates.flatMap((template) => stepsOf(source, template, modes));
}

function stepsOf(source: string, template: Template, modes: PrintModes): Steps {
  const { token } = template;
  const offset = token.begin;
  const inner = (templates: readonly Template[] | undefined) => flowOf(source, templates ?? [], modes);
  if (TypeGuards.isHTMLToken(token)) return [{ kind: 'text', text: token.getContent(), offset }];
  if (template instanceof RawTag) return [{ kind: 'text', text: template.render(), offset }];
  if (isPrinting(template)) return [{ kind: 'print', offset, use: (mode) => modes.set(template, mode) }];
  if (template instanceof IfTag || template instanceof UnlessTag) {
    const branches = [
      ...template.branches.map((branch) => inner(branch.templates)),
      inner(template.elseTemplates),
    ];
    return [{ kind: 'choice', branches, offset }];
  }
  if (template instanceof CaseTag) {
    // Every `when` that fits is printed, so each must be possible to leave out.
    const parts = [
      ...template.branches.map((branch) => inner(branch.templates)),
      inner(template.elseTemplates),
    ];
    return parts.map((part): Step => ({ kind: 'choice', branches: [part, []], offset }));
  }
  if (template instanceof ForTag) {
    const body: Step = { kind: 'loop', body: inner(template.templates), offset };
    return [{ kind: 'choice', branches: [[body], inner(template.elseTemplates)], offset }];
  }
  if (template instanceof LiquidTag) return inner(template.templates);
  if (template instanceof BreakTag || template instanceof ContinueTag) return [{ kind: 'jump', offset }];
  // What is captured is printed where the variable is, and escaped there.
  if (template instanceof CaptureTag) return unprinted(inner(template.templates));
  const refuse = (): never => {
    throw new TemplateError(`this tag cannot stand in a JSON template`, source, offset);
  };
  // It prints HTML, and can only be captured. What jumps in it leaves the loop around it.
  if (template instanceof TablerowTag)
    return [
      { kind: 'print', offset, use: refuse },
      { kind: 'choice', branches: [inner(template.templates), []], offset },
    ];
  return isSilent(template) ? [] : refuse();
}

/** What is left of steps that print nothing: the ways that they take, which may leave the loop around them. */
function unprinted(steps: Steps): Steps {
  return steps.flatMap((step): Steps => {
    if (step.kind === 'choice') return [{ ...step, branches: step.branches.map(unprinted) }];
    if (step.kind === 'loop') return [{ ...step, body: unprinted(step.body) }];
    return step.kind === 'jump' ? [step] : [];
  });
}

export function isPrinting(template: Template): boolean {
  const prints = [Output, EchoTag, CycleTag, IncrementTag, DecrementTag];
  return prints.some((kind) => template instanceof kind);
}

const silentTags = new Set(['assign', 'comment', '#']);

function isSilent({ token }: Template): boolean {
  return TypeGuards.isTagToken(token) && silentTags.has(token.name);
}
