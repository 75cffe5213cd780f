import { describe, expect, it } from 'vitest';
import { agentOf, build, echo, notificationOf, planned, scheduleOf, webhookOf } from './planned.ts';

describe('defaults', () => {
  it('of the file', () => {
    expect(planned(echo())).toMatchObject({
      server: {
        host: '127.0.0.1',
        port: 8080,
        auth: undefined,
        tls: undefined,
        corsOrigins: [],
        trustProxy: [],
        grace: 30_000,
      },
      journal: { path: '/project/data/callboard.db', keep: 30 * 86_400_000 },
      limits: {
        queue: 100_000,
        maxBody: 2 ** 20,
        templateTime: 100,
        templateOutput: 2 ** 20,
        privateUrls: 'allow',
        minFreeDisk: 64 * 2 ** 20,
      },
      logger: { level: 'info', format: undefined },
      observability: { metrics: true, tracing: undefined },
    });
  });

  it('of an agent', () => {
    expect(agentOf(planned(echo()))).toMatchObject({
      timeout: 300_000,
      concurrency: 4,
      retry: { maxAttempts: 1, initialDelay: 1_000, maxDelay: 30_000 },
      onCrash: 'retry',
      triggers: [],
      notifications: [],
    });
  });

  it('of a webhook', () => {
    expect(webhookOf(echo('trigger: { type: webhook }'))).toMatchObject({
      id: 'webhook',
      enabled: true,
      path: '/webhooks/a',
      methods: ['POST'],
      verifier: undefined,
      maxBody: 2 ** 20,
      dedupe: { key: undefined, window: 86_400_000 },
      rateLimit: undefined,
      input: { template: undefined, text: undefined, fields: [] },
      response: { mode: 'sync', timeout: 30_000 },
    });
  });

  it('of a schedule', () => {
    expect(scheduleOf(echo('trigger: { type: schedule, cron: "0 9 * * *" }'))).toMatchObject({
      id: 'schedule',
      source: '0 9 * * *',
      overlap: 'skip',
      missed: 'latest',
      missedWindow: 86_400_000,
      jitter: 0,
      calendar: { timezone: 'UTC' },
    });
  });

  it('of a notification', () => {
    const text = echo('notifications: [{ id: n, url: "https://example.com/", events: [task.failed] }]');
    expect(notificationOf(text)).toMatchObject({
      endpoint: 'a/n',
      type: 'webhook',
      contentType: 'application/json',
      retry: { maxAttempts: 3, initialDelay: 1_000, maxDelay: 30_000 },
      timeout: 15_000,
      signingSecrets: [],
      maxAge: 86_400_000,
      breaker: { failures: 10, probeAfter: 30_000 },
      concurrency: 8,
    });
  });
});

describe('defaults.*', () => {
  const defaults = [
    'defaults:',
    '  timezone: Asia/Tokyo',
    '  timeout: 9s',
    '  concurrency: 2',
    '  notifications: [{ id: all, url: "https://example.com/", events: [task.failed] }]',
    '',
  ].join('\n');

  it('hold where an agent says nothing', () => {
    const agent = agentOf(planned(`${defaults}${echo('trigger: { type: schedule, every: 5m }')}`));
    expect(agent).toMatchObject({ timeout: 9_000, concurrency: 2, notifications: [{ endpoint: 'a/all' }] });
    expect(agent.triggers[0]).toMatchObject({ source: 'every 5m', calendar: { timezone: 'Asia/Tokyo' } });
  });

  it('add their notifications to its own', () => {
    const own = 'notifications: [{ id: n, url: "https://example.com/", events: [task.failed] }]';
    const ids = agentOf(planned(`${defaults}${echo(own)}`)).notifications.map(({ id }) => id);
    expect(ids).toEqual(['n', 'all']);
  });
});

describe('webhooks', () => {
  it('of one agent get paths of their own', () => {
    const text = echo('triggers:', '  - { type: webhook }', '  - { type: webhook, id: second }');
    const paths = agentOf(planned(text)).triggers.map(
      (trigger) => trigger.type === 'webhook' && trigger.path,
    );
    expect(paths).toEqual(['/webhooks/a', '/webhooks/a/second']);
  });

  it('that are disabled take no path', () => {
    const text = echo(
      'triggers:',
      '  - { type: webhook, enabled: false, path: /x }',
      '  - { type: webhook, id: b, path: /x }',
    );
    expect(agentOf(planned(text)).triggers).toHaveLength(2);
  });

  it('verify with any one of their secrets', () => {
    const { verifier } = webhookOf(
      echo('trigger: { type: webhook, signature: bearer, secret: one, secrets: [two] }'),
    );
    const verified = ['one', 'two', 'three'].map((secret) => {
      const request = { body: new Uint8Array(), header: () => `Bearer ${secret}` };
      return verifier?.verify(request, 0).verified;
    });
    expect(verified).toEqual([true, true, false]);
  });

  it('take a rate as a burst and an interval', () => {
    const { rateLimit } = webhookOf(echo('trigger: { type: webhook, rate_limit: 60/min }'));
    expect(rateLimit).toEqual({ burst: 60, intervalMs: 1_000 });
  });

  it('render their templates', () => {
    const { input } = webhookOf(
      echo('trigger: { type: webhook, webhook_input: { template: "Hi {{ .body.name }}" } }'),
    );
    expect(input.template?.render({ body: { name: 'Ada' } })).toBe('Hi Ada');
  });
});

describe('schedules', () => {
  it('keep their fingerprint until their instants change', () => {
    const print = (rest: string) => scheduleOf(echo(`trigger: { type: schedule, ${rest} }`)).fingerprint;
    expect(print('every: 5m, overlap: allow')).toBe(print('every: 300s'));
    expect(print('every: 5m, timezone: Asia/Tokyo')).not.toBe(print('every: 5m'));
  });
});

describe('relative paths', () => {
  it('start from the folder of the config, but the journal from the working folder', () => {
    const path = (text: string, data?: string) =>
      planned(text, data === undefined ? {} : { data }).journal.path;
    expect(path(`journal: { path: j.db }\n${echo()}`)).toBe('/config/j.db');
    expect(path(`journal: { path: j.db }\n${echo()}`, 'd')).toBe('/project/d/callboard.db');
    const text = 'agents:\n  a: { type: command, command: [ls], cwd: sub }\n';
    expect(agentOf(planned(text)).work).toMatchObject({ cwd: '/config/sub' });
  });

  it('lead to an instruction', () => {
    const text = 'agents:\n  a: { llm: m, instruction_file: i.md }\nllms: { m: { provider: echo } }\n';
    const plan = planned(text, { files: { '/config/i.md': 'Be brief.\n' } });
    expect(agentOf(plan).work).toMatchObject({ llm: 'm', instruction: 'Be brief.\n' });
  });
});

describe('a command', () => {
  it('sees what is always seen and what it lists, nothing else', () => {
    const environment = { PATH: '/bin', HOME: '/home', TZ: 'UTC', MINE: '1', OTHER: '2' };
    const text = 'agents:\n  a: { type: command, command: [ls], env: [MINE] }\n';
    expect(agentOf(planned(text, { environment })).work).toMatchObject({
      env: { PATH: '/bin', HOME: '/home', TZ: 'UTC', MINE: '1' },
    });
  });

  it('compiles arguments that are templates', () => {
    const text = 'agents:\n  a: { type: command, command: [echo, "{{ .input }}", "-n"] }\n';
    const { work } = agentOf(planned(text));
    expect(work.type === 'command' && work.command).toEqual([
      'echo',
      expect.objectContaining({ dialect: 'go' }),
      '-n',
    ]);
  });
});

describe('models', () => {
  const text = 'agents:\n  a: { instruction: x }\n';

  it.each([
    [{ ANTHROPIC_API_KEY: 'k-anthropic', OPENAI_API_KEY: 'k-openai' }, 'anthropic', 'k-anthropic'],
    [{ ANTHROPIC_API_KEY: '', OPENAI_API_KEY: 'k-openai', GEMINI_API_KEY: 'k' }, 'openai', 'k-openai'],
    [{ GOOGLE_API_KEY: 'k-google', OLLAMA_HOST: 'h' }, 'gemini', 'k-google'],
    [{ OLLAMA_HOST: '127.0.0.1:11434' }, 'ollama', undefined],
  ])('are found in %j', (environment, provider, apiKey) => {
    const plan = planned(text, { environment });
    expect(plan.llms.get('default')).toMatchObject({ provider, apiKey });
    expect(agentOf(plan).work).toMatchObject({ llm: 'default' });
  });

  it('that are configured win over those that are found', () => {
    const plan = planned(`${text}llms: { default: { provider: echo } }\n`, {
      environment: { OPENAI_API_KEY: 'k' },
    });
    expect(plan.llms.get('default')?.provider).toBe('echo');
  });

  it('that are nowhere leave the agent without one, which is no error', () => {
    const { plan } = build(text);
    expect(plan?.agents.get('a')?.work).toMatchObject({ type: 'llm', llm: undefined });
  });
});

it('builds ten thousand agents', () => {
  const agents = Array.from(
    { length: 10_000 },
    (_, index) => `  a${index}: { type: echo, trigger: { type: webhook, auth: none } }`,
  );
  expect(planned(['agents:', ...agents].join('\n')).agents.size).toBe(10_000);
});
