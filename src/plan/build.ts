// A config's text becomes a checked plan.
import { resolve } from 'node:path';
import { type ConfigParts, checkConfig } from '../config/config.ts';
import type { Diagnostic } from '../config/diagnostics.ts';
import type { Environment } from '../config/env.ts';
import type { Problems } from '../config/problems.ts';
import { readConfig } from '../config/read.ts';
import { secretVariables } from '../config/secret-variables.ts';
import type { Clock } from '../core/clock.ts';
import type { Failure } from '../core/failure.ts';
import { buildAgents } from './agents.ts';
import type { BuildContext } from './context.ts';
import { buildLlms } from './llms.ts';
import { buildObservability } from './observability.ts';
import type { AgentPlan, LimitsPlan, LlmPlan, Plan } from './plan.ts';
import { buildServer } from './server.ts';
import { WebhookPaths } from './webhook-paths.ts';

export interface BuildOptions {
  readonly text: string;
  /** The file as it is named in diagnostics. */
  readonly file: string;
  /** Absolute; what relative paths of the config start from. */
  readonly folder: string;
  /** Absolute; where `data/callboard.db` lies by default. */
  readonly cwd: string;
  /** In place of `journal.path`: the folder of the database file. */
  readonly data?: string | undefined;
  /** What `${VAR}` and the keys of providers are taken from. */
  readonly environment: Environment;
  readonly clock: Clock;
  /** The text of a file that the config names. May throw. */
  readonly readFile: (path: string) => string;
  /** Where a local Ollama was found: `default` is taken from there where the environment offers no other. */
  readonly ollama?: string | undefined;
  /** Asks a model whether it answers, and tells what is wrong. Left out: none is asked. */
  readonly askModel?: ((llm: LlmPlan) => Promise<Failure | undefined>) | undefined;
}

export interface BuiltPlan {
  /** Undefined where there is an error among the diagnostics. */
  readonly plan: Plan | undefined;
  /** Sorted by place. */
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * Checks a config and makes its plan. Never throws for what the text holds: every problem is in `diagnostics`, but
 * for those that {@linkcode buildWholePlan} finds.
 */
export function buildPlan(options: BuildOptions): BuiltPlan {
  const { problems, plan } = begin(options);
  return { plan: problems.failed ? undefined : plan, diagnostics: problems.all() };
}

/** The same, and the checks that take longer: of the schemas of outputs, and of models where `askModel` is given. */
export async function buildWholePlan(options: BuildOptions): Promise<BuiltPlan> {
  const { problems, plan, later } = begin(options);
  for (const check of later) await check();
  return { plan: problems.failed ? undefined : plan, diagnostics: problems.all() };
}

function begin(options: BuildOptions) {
  const { value, problems } = readConfig(options.text, options.file, options.environment);
  const parts = checkConfig(value, problems);
  const later: BuildContext['later'] = [];
  const plan = parts === undefined ? undefined : assemble(options, parts, problems, later);
  return { problems, plan, later };
}

function assemble(
  options: BuildOptions,
  parts: ConfigParts,
  problems: Problems,
  later: BuildContext['later'],
): Plan {
  const { sections } = parts;
  const { environment, folder, clock, readFile, ollama, askModel } = options;
  const limits: LimitsPlan = {
    queue: sections.limits.queue,
    maxBody: sections.limits.max_body,
    templateTime: sections.limits.template_time,
    templateOutput: sections.limits.template_output,
    privateUrls: sections.limits.private_urls,
    minFreeDisk: sections.limits.min_free_disk,
  };
  const secrets = new Set(secretVariables(environment));
  const context: BuildContext = {
    problems,
    environment,
    folder,
    clock,
    limits,
    readFile,
    secrets,
    ollama,
    later,
  };
  const server = buildServer(context, sections.server);
  const llms = buildLlms(context, parts.llms);
  const agents = buildAgents(context, parts, llms, {
    timezone: parts.defaults.timezone,
    authEnabled: server.auth !== undefined,
    paths: new WebhookPaths(context),
  });
  if (askModel !== undefined) {
    later.push(() => askModels(context, askModel, wantedModels(parts, llms, agents)));
  }
  return {
    name: sections.name,
    description: sections.description,
    llms,
    agents,
    server,
    journal: { path: journalPath(options, sections.journal.path), keep: sections.journal.keep },
    limits,
    logger: { level: sections.logger.level, format: sections.logger.format },
    observability: buildObservability(context, sections.observability),
    secrets: [...secrets],
  };
}

/** The models of the file, and one that was found where an agent needs it. */
function wantedModels(
  parts: ConfigParts,
  llms: ReadonlyMap<string, LlmPlan>,
  agents: ReadonlyMap<string, AgentPlan>,
): readonly LlmPlan[] {
  const needed = new Set(
    [...agents.values()].map(({ work }) => (work.type === 'llm' ? work.llm : undefined)),
  );
  return [...llms.values()].filter(({ name }) => parts.llms.has(name) || needed.has(name));
}

async function askModels(
  { problems }: BuildContext,
  ask: NonNullable<BuildOptions['askModel']>,
  llms: readonly LlmPlan[],
): Promise<void> {
  // A call may cost money, and a file that is wrong has to be mended first anyway.
  if (problems.failed) return;
  await Promise.all(
    llms.map(async (llm) => {
      const failure = await ask(llm);
      if (failure !== undefined) problems.error(['llms', llm.name], failure.message, { at: 'key' });
    }),
  );
}

function journalPath({ data, cwd, folder }: BuildOptions, configured: string | undefined): string {
  if (data !== undefined) return resolve(cwd, data, 'callboard.db');
  return configured === undefined ? resolve(cwd, 'data', 'callboard.db') : resolve(folder, configured);
}
