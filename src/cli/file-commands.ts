// The commands that read a file: `run` and what tells of one without running it.
import { notificationEvents } from '../core/events.ts';
import type { Command } from './command.ts';
import {
  formatOf,
  given,
  instant,
  integer,
  needed,
  oneOf,
  onlyFile,
  refuseBeside,
  several,
  text,
} from './words.ts';

export const fileCommands: readonly (readonly [string, Command])[] = [
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
        "render [FILE] --agent A [--env-file F] [--trigger ID] [--payload P] [--header 'K: V']... [--query 'k=v']... | --notification ID [--event E] [--data JSON]",
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
      run: async ({ values, positionals }, io) => {
        if (values.notification === undefined)
          refuseBeside(values, 'the input of an agent', ['event', 'data']);
        else refuseBeside(values, '--notification', ['trigger', 'payload', 'header', 'query']);
        return (await import('./commands/render.ts')).render(
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
        );
      },
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
];
