// Every command: how it is written, and how its words become options. What a command needs is loaded when it runs.
import type { ParseArgsConfig } from 'node:util';
import { notificationEvents } from '../core/events.ts';
import { version } from '../core/version.ts';
import type { Io } from './io.ts';
import type { Signals } from './signals.ts';

type Values = Readonly<Record<string, string | boolean | (string | boolean)[] | undefined>>;

export interface Words {
  readonly values: Values;
  readonly positionals: readonly string[];
}

export interface Command {
  readonly usage: string;
  readonly summary: string;
  readonly options: NonNullable<ParseArgsConfig['options']>;
  readonly run: (words: Words, io: Io, signals: () => Signals) => Promise<number>;
}

/** The command line is wrong; the message says how. */
export class UsageError extends Error {}

const text = { type: 'string' } as const;
const server = { url: text, token: text, config: text, data: text, 'env-file': text };
const serverUsage = '[--url URL] [--token TOKEN] [--config FILE] [--data DIR]';

export const commands: ReadonlyMap<string, Command> = new Map<string, Command>([
  [
    'run',
    {
      usage:
        '[run] [FILE] [--host H] [--port N] [--data DIR] [--env-file F] [--watch] [--inspect] [--log-format pretty|json] [--log-level debug|info|warn|error]',
      summary: 'Start everything that the file says; the default command',
      options: {
        host: text,
        port: text,
        data: text,
        'env-file': text,
        watch: { type: 'boolean' },
        inspect: { type: 'boolean' },
        'log-format': text,
        'log-level': text,
      },
      run: async ({ values, positionals }, io, signals) =>
        (await import('./commands/run.ts')).run(
          {
            file: onlyFile(positionals),
            host: given(values, 'host'),
            port: integer(values, 'port', 0, 65_535),
            data: given(values, 'data'),
            envFile: given(values, 'env-file'),
            watch: values.watch === true,
            inspect: values.inspect === true,
            logFormat: oneOf(values, 'log-format', ['pretty', 'json']),
            logLevel: oneOf(values, 'log-level', ['debug', 'info', 'warn', 'error']),
          },
          io,
          signals(),
        ),
    },
  ],
  [
    'validate',
    {
      usage: 'validate [FILE] [--online] [--format text|json] [--env-file F]',
      summary:
        'Print every problem of a file, each with its place; --online also asks each llm for a few tokens',
      options: { format: text, 'env-file': text, online: { type: 'boolean' } },
      run: async ({ values, positionals }, io) =>
        (await import('./commands/validate.ts')).validate(
          {
            file: onlyFile(positionals),
            format: formatOf(values),
            envFile: given(values, 'env-file'),
            online: values.online === true,
          },
          io,
        ),
    },
  ],
  [
    'render',
    {
      usage:
        "render [FILE] --agent A [--trigger ID] --payload P [--header 'K: V']... [--query 'k=v']... | --notification ID --event E [--data JSON]",
      summary: 'Print the input that a call would give an agent, or the body that a notification would send',
      options: {
        agent: text,
        trigger: text,
        payload: text,
        header: { type: 'string', multiple: true },
        query: { type: 'string', multiple: true },
        notification: text,
        event: text,
        data: text,
        'env-file': text,
      },
      run: async ({ values, positionals }, io) =>
        (await import('./commands/render.ts')).render(
          {
            file: onlyFile(positionals),
            agent: needed(values, 'agent'),
            trigger: given(values, 'trigger'),
            payload: given(values, 'payload'),
            headers: several(values, 'header'),
            query: several(values, 'query'),
            notification: given(values, 'notification'),
            event: oneOf(values, 'event', notificationEvents),
            data: given(values, 'data'),
            envFile: given(values, 'env-file'),
          },
          io,
        ),
    },
  ],
  [
    'next',
    {
      usage: 'next [FILE] [--count N] [--from ISO] [--format text|json] [--env-file F]',
      summary: 'Print the coming instants of every schedule',
      options: { count: text, from: text, format: text, 'env-file': text },
      run: async ({ values, positionals }, io) =>
        (await import('./commands/next.ts')).next(
          {
            file: onlyFile(positionals),
            count: integer(values, 'count', 1, 10_000),
            from: instant(values, 'from'),
            format: formatOf(values),
            envFile: given(values, 'env-file'),
          },
          io,
        ),
    },
  ],
  [
    'graph',
    {
      usage: 'graph [FILE] [--format mermaid|json|svg] [--only wiring|MACHINE] [--env-file F]',
      summary: 'Draw who starts whom and who hears of it, and the machines that run it',
      options: { format: text, only: text, 'env-file': text },
      run: async ({ values, positionals }, io) =>
        (await import('./commands/graph.ts')).graph(
          {
            file: onlyFile(positionals),
            format: oneOf(values, 'format', ['mermaid', 'json', 'svg']),
            only: given(values, 'only'),
            envFile: given(values, 'env-file'),
          },
          io,
        ),
    },
  ],
  [
    'trigger',
    {
      usage: `trigger --agent A [--input TEXT] ${serverUsage}`,
      summary: 'Start one task on the running server, wait and print its result',
      options: { agent: text, input: text, ...server },
      run: async ({ values }, io) =>
        (await import('./commands/trigger.ts')).trigger(
          { agent: needed(values, 'agent'), input: given(values, 'input'), ...clientOf(values) },
          io,
        ),
    },
  ],
  [
    'tasks',
    {
      usage: `tasks [list|show ID|cancel ID|replay ID] [--agent A] [--trigger T] [--status S] [--since ISO] [--limit N] [--cursor C] [--format text|json] ${serverUsage}`,
      summary: 'List, show, cancel and replay tasks of the running server',
      options: {
        agent: text,
        trigger: text,
        status: text,
        since: text,
        limit: text,
        cursor: text,
        format: text,
        ...server,
      },
      run: async ({ values, positionals }, io) => {
        const { action, id } = actionOf(positionals, ['list', 'show', 'cancel', 'replay']);
        if (action !== 'list' && id === undefined)
          throw new UsageError(`tasks ${action} needs the id of a task`);
        const query = queryOf(values, ['agent', 'trigger', 'status', 'since', 'limit', 'cursor']);
        return (await import('./commands/tasks.ts')).tasks(
          { action, id, query, format: formatOf(values), ...clientOf(values) },
          io,
        );
      },
    },
  ],
  [
    'deliveries',
    {
      usage: `deliveries [list|show ID|replay [ID]] [--agent A] [--notification N] [--status S] [--task ID] [--since ISO] [--limit N] [--cursor C] [--format text|json] ${serverUsage}`,
      summary: 'List, show and replay deliveries; replay without an id takes all dead letters of the filter',
      options: {
        agent: text,
        notification: text,
        status: text,
        task: text,
        since: text,
        limit: text,
        cursor: text,
        format: text,
        ...server,
      },
      run: async ({ values, positionals }, io) => {
        const { action, id } = actionOf(positionals, ['list', 'show', 'replay']);
        if (action === 'show' && id === undefined)
          throw new UsageError('deliveries show needs the id of a delivery');
        const names =
          action === 'replay'
            ? ['agent', 'notification', 'task', 'since']
            : ['agent', 'notification', 'status', 'task', 'since', 'limit', 'cursor'];
        return (await import('./commands/deliveries.ts')).deliveries(
          { action, id, query: queryOf(values, names), format: formatOf(values), ...clientOf(values) },
          io,
        );
      },
    },
  ],
  [
    'notifications',
    {
      usage: `notifications [list|pause A/N|resume A/N|test A/N] [--format text|json] ${serverUsage}`,
      summary: 'List, pause, resume and test the notifications of the running server',
      options: { format: text, ...server },
      run: async ({ values, positionals }, io) => {
        const { action, id } = actionOf(positionals, ['list', 'pause', 'resume', 'test']);
        const target = action === 'list' ? undefined : notificationOf(id, action);
        return (await import('./commands/notifications.ts')).notifications(
          { action, target, format: formatOf(values), ...clientOf(values) },
          io,
        );
      },
    },
  ],
  [
    'backup',
    {
      usage: 'backup TO [--config FILE] [--data DIR] [--env-file F]',
      summary: 'Copy the journal to a new file, while a server runs on it or not',
      options: { config: text, data: text, 'env-file': text },
      run: async ({ values, positionals }, io) => {
        const to = onlyFile(positionals);
        if (to === undefined) throw new UsageError('backup needs the name of the copy');
        const { config, data, envFile } = clientOf(values);
        return (await import('./commands/backup.ts')).backup({ to, config, data, envFile }, io);
      },
    },
  ],
  [
    'schema',
    {
      usage: 'schema',
      summary: 'Print the JSON Schema of the file, for editors',
      options: {},
      run: async (_words, io) => (await import('./commands/schema.ts')).schema({}, io),
    },
  ],
  [
    'init',
    {
      usage: 'init [FILE]',
      summary: 'Write a commented starter, callboard.yaml',
      options: {},
      run: async ({ positionals }, io) =>
        (await import('./commands/init.ts')).init({ file: onlyFile(positionals) }, io),
    },
  ],
  [
    'version',
    {
      usage: 'version',
      summary: 'Print the version',
      options: {},
      run: async (_words, io) => {
        io.stdout.write(`${version}\n`);
        return 0;
      },
    },
  ],
]);

function given(values: Values, name: string): string | undefined {
  const value = values[name];
  return typeof value === 'string' ? value : undefined;
}

function several(values: Values, name: string): readonly string[] {
  const value = values[name];
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
}

function needed(values: Values, name: string): string {
  const value = given(values, name);
  if (value === undefined) throw new UsageError(`--${name} is needed`);
  return value;
}

function integer(values: Values, name: string, least: number, most: number): number | undefined {
  const value = given(values, name);
  if (value === undefined) return undefined;
  const number = Number(value);
  if (!/^\d+$/.test(value) || number < least || number > most) {
    throw new UsageError(`--${name} is "${value}" instead of a whole number from ${least} to ${most}`);
  }
  return number;
}

function instant(values: Values, name: string): number | undefined {
  const value = given(values, name);
  if (value === undefined) return undefined;
  const at = Date.parse(value);
  if (Number.isNaN(at))
    throw new UsageError(`--${name} is "${value}" instead of a time like 2026-03-08T00:00:00Z`);
  return at;
}

function oneOf<const Choice extends string>(
  values: Values,
  name: string,
  choices: readonly Choice[],
): Choice | undefined {
  const value = given(values, name);
  if (value === undefined) return undefined;
  const choice = choices.find((candidate) => candidate === value);
  if (choice === undefined) throw new UsageError(`--${name} is "${value}" instead of ${choices.join(', ')}`);
  return choice;
}

const formatOf = (values: Values) => oneOf(values, 'format', ['text', 'json']);

function onlyFile(positionals: readonly string[]): string | undefined {
  if (positionals.length > 1) throw new UsageError(`one file is taken, not ${positionals.length}`);
  return positionals[0];
}

function actionOf<const Action extends string>(
  positionals: readonly string[],
  actions: readonly [Action, ...Action[]],
) {
  const [word, id, extra] = positionals;
  const action = word === undefined ? actions[0] : actions.find((candidate) => candidate === word);
  if (action === undefined) throw new UsageError(`"${word}" is none of ${actions.join(', ')}`);
  if (extra !== undefined) throw new UsageError(`"${extra}" is one word too many`);
  return { action, id };
}

function notificationOf(name: string | undefined, action: string) {
  const [agent, id, extra] = name?.split('/') ?? [];
  if (agent === undefined || id === undefined || extra !== undefined) {
    throw new UsageError(`notifications ${action} needs AGENT/NOTIFICATION`);
  }
  return { agent, id };
}

function queryOf(values: Values, names: readonly string[]): Record<string, string | undefined> {
  return Object.fromEntries(names.map((name) => [name, given(values, name)]));
}

function clientOf(values: Values) {
  return {
    url: given(values, 'url'),
    token: given(values, 'token'),
    config: given(values, 'config'),
    data: given(values, 'data'),
    envFile: given(values, 'env-file'),
  };
}
