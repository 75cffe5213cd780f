import { resolve } from 'node:path';
import { schemaProblems } from '../agents/llm/json-schema.ts';
import type { Path } from '../config/places.ts';
import type { AgentConfig, McpServerConfig } from '../config/schema/agent.ts';
import { errorMessage } from '../core/failure.ts';
import { type BuildContext, compileAt } from './context.ts';
import type { AgentPlan, CommandArgument, CommandPlan, McpServerPlan, ModelPlan } from './plan.ts';
import { addHeaderSecrets } from './secrets.ts';
import { checkTools } from './tools.ts';
import { checkUrl } from './urls.ts';

/** What a program sees without being given it. */
const alwaysSeen = ['PATH', 'HOME', 'LANG', 'TZ'];

/** What an agent does; undefined where that cannot be told. `llm` is the model that it was found to use. */
export function buildWork(
  context: BuildContext,
  path: Path,
  config: AgentConfig,
  llm: string | undefined,
): AgentPlan['work'] | undefined {
  checkFieldsOfType(context, path, config);
  switch (config.type) {
    case 'echo':
      return { type: 'echo' };
    case 'command':
      return buildCommand(context, path, config);
    case 'llm':
      checkTools(context, path, config);
      return buildModel(context, path, config, llm);
  }
}

/** Fields of another type of agent: with this one they would do nothing, without a word. */
function checkFieldsOfType({ problems }: BuildContext, path: Path, config: AgentConfig): void {
  const { type } = config;
  if (type !== 'command' && config.command !== undefined) {
    const message = `command belongs to an agent of type command, and this one is ${type}`;
    problems.error([...path, 'command'], message, { at: 'key' });
  }
  if (type === 'llm') return;
  const given = {
    llm: config.llm !== undefined,
    instruction: config.instruction !== undefined,
    instruction_file: config.instruction_file !== undefined,
    mcp_servers: Object.keys(config.mcp_servers).length > 0,
    tools: config.tools.length > 0,
    tools_on_webhook: config.tools_on_webhook !== undefined,
    output: config.output !== undefined,
  };
  for (const [field, isGiven] of Object.entries(given)) {
    if (!isGiven) continue;
    const message = `${field} is for an agent of type llm, and does nothing for one of type ${type}`;
    problems.warning([...path, field], message, { at: 'key' });
  }
}

function buildCommand(context: BuildContext, path: Path, config: AgentConfig): CommandPlan | undefined {
  const [program, ...rest] = config.command ?? [];
  const place = [...path, 'command'];
  if (program === undefined) {
    context.problems.error(path, 'an agent of type command needs command: [program, argument, ...]', {
      at: 'key',
    });
    return undefined;
  }
  if (program.trim() === '' || isTemplate(program)) {
    context.problems.error(
      [...place, 0],
      'the program of a command must be a plain name or path, not empty or a template',
    );
  }
  const command: [CommandArgument, ...CommandArgument[]] = [program];
  rest.forEach((argument, index) => {
    const compiled = isTemplate(argument) ? compileAt(context, [...place, index + 1], argument) : undefined;
    command.push(compiled ?? argument);
  });
  return {
    type: 'command',
    command,
    cwd: resolve(context.folder, config.cwd ?? '.'),
    env: seenVariables(context, [...path, 'env'], config.env),
  };
}

function buildModel(
  context: BuildContext,
  path: Path,
  config: AgentConfig,
  llm: string | undefined,
): ModelPlan {
  const servers = Object.entries(config.mcp_servers);
  const schema = config.output?.schema;
  if (schema !== undefined) {
    context.later.push(() => checkSchema(context, [...path, 'output', 'schema'], schema));
  }
  return {
    type: 'llm',
    llm,
    instruction: readInstruction(context, path, config),
    mcpServers: new Map(
      servers.map(([name, server]) => [
        name,
        buildMcpServer(context, [...path, 'mcp_servers', name], server),
      ]),
    ),
    tools: config.tools,
    toolsOnWebhook: config.tools_on_webhook,
    outputSchema: schema,
  };
}

async function checkSchema(
  { problems }: BuildContext,
  path: Path,
  schema: Readonly<Record<string, unknown>>,
): Promise<void> {
  for (const problem of await schemaProblems(schema)) {
    problems[problem.severity]([...path, ...problem.path], `output.schema: ${problem.message}`);
  }
}

function readInstruction(context: BuildContext, path: Path, config: AgentConfig): string | undefined {
  const { problems } = context;
  const { instruction, instruction_file: file } = config;
  if (file === undefined) return instruction;
  const place = [...path, 'instruction_file'];
  if (instruction !== undefined) {
    problems.error(place, 'instruction and instruction_file are both given: leave one out', { at: 'key' });
    return instruction;
  }
  const absolute = resolve(context.folder, file);
  try {
    return context.readFile(absolute);
  } catch (thrown) {
    problems.error(
      place,
      `instruction_file ${problems.shown(place, file)} cannot be read: ${errorMessage(thrown)}`,
    );
    return undefined;
  }
}

function buildMcpServer(context: BuildContext, path: Path, config: McpServerConfig): McpServerPlan {
  if ('url' in config) {
    checkUrl(context, [...path, 'url'], config.url);
    addHeaderSecrets(context.secrets, config.headers);
    return { url: config.url, headers: config.headers };
  }
  return {
    command: config.command,
    env: seenVariables(context, [...path, 'env'], config.env),
    cwd: resolve(context.folder, config.cwd ?? '.'),
  };
}

function seenVariables(context: BuildContext, path: Path, names: readonly string[]): Record<string, string> {
  const { environment, problems } = context;
  names.forEach((name, index) => {
    if (environment[name] === undefined) {
      problems.warning([...path, index], `the variable ${name} is not set: the program will not see it`);
    }
  });
  const seen = [...alwaysSeen, ...names].flatMap((name) => {
    const value = environment[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  return Object.fromEntries(seen);
}

function isTemplate(text: string): boolean {
  return text.includes('{{') || text.includes('{%');
}
