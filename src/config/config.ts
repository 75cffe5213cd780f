// A config that was read, part by part against its schema. Each part stands or falls alone, so that one wrong
// trigger hides nothing that is wrong with the next.
import { z } from 'zod';
import { check } from './check.ts';
import type { Path } from './places.ts';
import type { Problems } from './problems.ts';
import { type AgentConfig, agentName, agentOwnSchema } from './schema/agent.ts';
import { defaultsSchema, sectionSchemas } from './schema/config.ts';
import { notRun } from './schema/fields.ts';
import { type LlmConfig, llmSchema } from './schema/llm.ts';
import { type NotificationConfig, notificationSchema } from './schema/notification.ts';
import { type ScheduleConfig, triggerSchema, type WebhookConfig } from './schema/trigger.ts';
import { didYouMean } from './suggest.ts';

/** A part and where it stands; `config` is undefined where it is not what its schema wants. */
export interface Part<Config> {
  readonly path: Path;
  readonly config: Config | undefined;
}

export interface AgentParts extends Part<AgentConfig> {
  readonly name: string;
  readonly triggers: readonly Part<ScheduleConfig | WebhookConfig>[];
  readonly notifications: readonly Part<NotificationConfig>[];
}

export interface ConfigParts {
  /** Where a section is wrong, its defaults stand in for it while the rest is checked. */
  readonly sections: z.output<typeof sectionsSchema>;
  readonly defaults: z.output<typeof defaultsSchema>;
  readonly defaultNotifications: readonly Part<NotificationConfig>[];
  readonly llms: ReadonlyMap<string, Part<LlmConfig>>;
  readonly agents: readonly AgentParts[];
}

const sectionsSchema = z.strictObject(sectionSchemas);
const notRunSections = namesOfNotRun(sectionSchemas);
const notRunFields = namesOfNotRun(agentOwnSchema.shape);
const topKeys = [...Object.keys(sectionSchemas), 'defaults', 'llms', 'agents'];

/** Checks a config's values against the schema. Undefined where nothing in it can be looked at. */
export function checkConfig(value: unknown, problems: Problems): ConfigParts | undefined {
  if (value === undefined || value === null) {
    if (!problems.failed) problems.error([], 'the file is empty: it needs at least one agent under "agents"');
    return undefined;
  }
  if (!isMap(value)) {
    problems.error(
      [],
      `the file must be a map with the key "agents", not ${Array.isArray(value) ? 'a list' : 'text'}`,
    );
    return undefined;
  }
  warnOfNotRun(value, [], notRunSections, problems);
  const { agents, llms, defaults, ...rest } = value;
  return {
    sections: checkSections(rest, problems),
    ...checkDefaults(defaults, problems),
    llms: new Map(
      entriesOf(llms, ['llms'], problems).map(([name, llm]) => {
        const path = ['llms', name];
        return [name, { path, config: check(llmSchema, llm, path, problems) }];
      }),
    ),
    agents: checkAgents(agents, problems),
  };
}

/** What is wrong with one section keeps none of the others from being used. */
function checkSections(rest: Record<string, unknown>, problems: Problems): ConfigParts['sections'] {
  const known: Record<string, unknown> = {};
  for (const [key, section] of Object.entries(rest)) {
    if (Object.hasOwn(sectionSchemas, key)) known[key] = section;
    else problems.error([key], `unknown key "${key}"${didYouMean(key, topKeys)}`, { at: 'key' });
  }
  const whole = check(sectionsSchema, known, [], problems);
  if (whole !== undefined) return whole;
  const good = Object.entries(known).filter(
    ([key, section]) => sectionsSchema.safeParse({ [key]: section }).success,
  );
  return sectionsSchema.parse(Object.fromEntries(good));
}

function checkDefaults(
  value: unknown,
  problems: Problems,
): Pick<ConfigParts, 'defaults' | 'defaultNotifications'> {
  const path = ['defaults'];
  const map = value === undefined ? {} : isMap(value) ? value : undefined;
  if (map === undefined) problems.error(path, 'defaults must be a map');
  const { notifications, ...own } = map ?? {};
  return {
    defaults: check(defaultsSchema, own, path, problems) ?? defaultsSchema.parse({}),
    defaultNotifications: checkList(notificationSchema, notifications, [...path, 'notifications'], problems),
  };
}

function checkAgents(value: unknown, problems: Problems): AgentParts[] {
  if (value === undefined) {
    problems.error(['agents'], 'agents is required: the file names no agent', { at: 'key' });
    return [];
  }
  const entries = entriesOf(value, ['agents'], problems);
  if (entries.length === 0 && isMap(value)) problems.error(['agents'], 'agents names no agent');
  const known: KnownAgents = new Map();
  return entries.map(([name, agent]) => checkAgent(name, agent, known, problems));
}

/** What was found to be right, by its text: of ten thousand agents most say the same but for their triggers. */
type KnownAgents = Map<string, AgentConfig>;

function checkAgent(name: string, value: unknown, known: KnownAgents, problems: Problems): AgentParts {
  const path = ['agents', name];
  if (!agentName.safeParse(name).success) {
    const message = `the agent's name ${JSON.stringify(name)} must be letters, digits, ".", "_" and "-", and begin with a letter or a digit`;
    problems.error(path, message, { at: 'key' });
  }
  if (!isMap(value)) {
    const what = value === null ? 'is empty: give it at least a type' : 'must be a map';
    problems.error(path, `agent "${name}" ${what}`);
    return { name, path, config: undefined, triggers: [], notifications: [] };
  }
  warnOfNotRun(value, path, notRunFields, problems);
  const { trigger, triggers, notifications, ...own } = value;
  const one = trigger === undefined ? [] : [checkTrigger(trigger, [...path, 'trigger'], problems)];
  return {
    name,
    path,
    config: checkOwn(own, path, known, problems),
    triggers: [...one, ...checkList(triggerSchema, triggers, [...path, 'triggers'], problems)],
    notifications: checkList(notificationSchema, notifications, [...path, 'notifications'], problems),
  };
}

function checkOwn(
  own: Record<string, unknown>,
  path: Path,
  known: KnownAgents,
  problems: Problems,
): AgentConfig | undefined {
  const text = JSON.stringify(own);
  const before = known.get(text);
  if (before !== undefined) return before;
  const { data } = agentOwnSchema.safeParse(own);
  // Not remembered: what comes from a variable may be right where the same value, written out, is wrong.
  if (data === undefined) return check(agentOwnSchema, own, path, problems);
  known.set(text, data);
  return data;
}

function checkTrigger(value: unknown, path: Path, problems: Problems): Part<ScheduleConfig | WebhookConfig> {
  if (Array.isArray(value)) {
    problems.error(path, 'trigger is one trigger: a list of them goes under "triggers"', { at: 'key' });
    return { path, config: undefined };
  }
  return { path, config: check(triggerSchema, value, path, problems) };
}

function checkList<Schema extends z.ZodType>(
  schema: Schema,
  value: unknown,
  path: Path,
  problems: Problems,
): Part<z.output<Schema>>[] {
  if (value === undefined) return [];
  if (!Array.isArray(value)) {
    const what = value === null ? 'is empty: give it a value or leave it out' : 'must be a list';
    problems.error(path, `${String(path.at(-1))} ${what}`);
    return [];
  }
  return value.map((item: unknown, index) => {
    const place = [...path, index];
    return { path: place, config: check(schema, item, place, problems) };
  });
}

function entriesOf(value: unknown, path: Path, problems: Problems): [string, unknown][] {
  if (value === undefined) return [];
  if (isMap(value)) return Object.entries(value);
  const what = value === null ? 'is empty: give it a value or leave it out' : 'must be a map of names';
  problems.error(path, `${String(path.at(-1))} ${what}`);
  return [];
}

function warnOfNotRun(
  value: Record<string, unknown>,
  path: Path,
  names: readonly string[],
  problems: Problems,
): void {
  for (const name of names) {
    if (!Object.hasOwn(value, name)) continue;
    problems.warning([...path, name], `"${name}" belongs to the wider format and is not run by Callboard`, {
      at: 'key',
    });
  }
}

function namesOfNotRun(shape: Readonly<Record<string, unknown>>): string[] {
  return Object.keys(shape).filter((name) => shape[name] === notRun);
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
