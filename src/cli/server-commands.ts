// The commands that talk to the running server, and the copy of its journal.
import { deliveryStatuses, taskStatuses } from '../core/events.ts';
import { type Command, UsageError, type Values } from './command.ts';
import { fitsHeader, unfitForHeader } from './header-text.ts';
import { serverUrl } from './server-url.ts';
import {
  actionOf,
  formatOf,
  given,
  givenText,
  instant,
  integer,
  needed,
  noWords,
  oneOf,
  onlyFile,
  onlyOptions,
  pathWord,
  text,
} from './words.ts';

const server = { url: text, token: text, config: text, data: text, 'env-file': text };
const serverUsage = '[--url URL] [--token TOKEN] [--config FILE] [--data DIR] [--env-file F]';

export const serverCommands: readonly (readonly [string, Command])[] = [
  [
    'trigger',
    {
      usage: `trigger --agent A [--input TEXT] ${serverUsage}`,
      summary: 'Start one task on the running server, wait and print its result',
      options: { agent: text, input: text, ...server },
      run: async ({ values, positionals }, io) => {
        noWords(positionals);
        return (await import('./commands/trigger.ts')).trigger(
          { agent: needed(values, 'agent'), input: givenText(values, 'input'), ...clientOf(values) },
          io,
        );
      },
    },
  ],
  [
    'tasks',
    {
      usage: `tasks [list [--agent A] [--trigger T] [--status S] [--since ISO] [--limit N] [--cursor C] [--format text|json] | show ID | cancel ID | replay ID] ${serverUsage}`,
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
        const filter = action === 'list' ? ['agent', 'trigger', 'status', 'since', 'limit', 'cursor'] : [];
        const query = queryOf(values, filter, taskStatuses, `tasks ${action}`);
        return (await import('./commands/tasks.ts')).tasks(
          { action, id, query, format: shownAs(action, values), ...clientOf(values) },
          io,
        );
      },
    },
  ],
  [
    'deliveries',
    {
      usage: `deliveries [list [--agent A] [--notification N] [--status S] [--task ID] [--since ISO] [--limit N] [--cursor C] [--format text|json] | show ID | replay ID | replay [--agent A] [--notification N] [--task ID] [--since ISO]] ${serverUsage}`,
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
        const filter = {
          list: ['agent', 'notification', 'status', 'task', 'since', 'limit', 'cursor'],
          show: [],
          replay: id === undefined ? ['agent', 'notification', 'task', 'since'] : [],
        }[action];
        const one = action === 'replay' && id !== undefined ? ' of one delivery' : '';
        const query = queryOf(values, filter, deliveryStatuses, `deliveries ${action}${one}`);
        return (await import('./commands/deliveries.ts')).deliveries(
          { action, id, query, format: shownAs(action, values), ...clientOf(values) },
          io,
        );
      },
    },
  ],
  [
    'notifications',
    {
      usage: `notifications [list [--format text|json] | pause A/N | resume A/N | test A/N] ${serverUsage}`,
      summary: 'List, pause, resume and test the notifications of the running server',
      options: { format: text, ...server },
      run: async ({ values, positionals }, io) => {
        const { action, id } = actionOf(positionals, ['list', 'pause', 'resume', 'test']);
        const target = action === 'list' ? undefined : notificationOf(id, action);
        return (await import('./commands/notifications.ts')).notifications(
          { action, target, format: shownAs(action, values), ...clientOf(values) },
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
];

function notificationOf(name: string | undefined, action: string) {
  const [agent, id, extra] = name?.split('/') ?? [];
  if (agent === undefined || id === undefined || extra !== undefined) {
    throw new UsageError(`notifications ${action} needs AGENT/NOTIFICATION`);
  }
  return { agent: pathWord(agent), id: pathWord(id) };
}

/** What `action` asks for, which takes the options of `filter` and no other. */
function queryOf(
  values: Values,
  filter: readonly string[],
  statuses: readonly string[],
  action: string,
): Record<string, string | undefined> {
  onlyOptions(values, [...filter, 'format', ...Object.keys(server)], action);
  const since = instant(values, 'since');
  oneOf(values, 'status', statuses);
  integer(values, 'limit', 1, 500);
  const query = Object.fromEntries(filter.map((name) => [name, given(values, name)]));
  return since === undefined ? query : { ...query, since: new Date(since).toISOString() };
}

/** Lists alone have tables. */
const shownAs = (action: string, values: Values) =>
  action === 'list' ? formatOf(values) : oneOf(values, 'format', ['json']);

function clientOf(values: Values) {
  const url = given(values, 'url');
  const token = given(values, 'token');
  if (token !== undefined && !fitsHeader(token)) throw new UsageError(`--token ${unfitForHeader}`);
  return {
    url: url === undefined ? undefined : serverUrl(url),
    token,
    config: given(values, 'config'),
    data: given(values, 'data'),
    envFile: given(values, 'env-file'),
  };
}
