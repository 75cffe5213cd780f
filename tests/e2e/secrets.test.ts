// Secrets that are planted everywhere and that everybody repeats are found nowhere.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { z } from 'zod';
import { runtimes } from '../support/program.ts';
import { recordingServer } from '../support/recording-server.ts';
import { workspaces } from '../support/workspaces.ts';

const workspace = workspaces();

const planted = {
  environment: 'env-0Pl4nted<"&/\\é 1',
  webhook: 'hook-0Pl4nted+<&>/2',
  header: 'head-0Pl4nted&"/+3',
  password: 'pass-0Pl4nted/@:4',
};

const html = (text: string) => text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/"/g, '&quot;');
const base64 = (text: string) => Buffer.from(text).toString('base64');

/** What would give a secret away. */
const traces = Object.entries(planted).flatMap(([name, value]) => {
  const word = /\w+-0Pl4nted/.exec(value)?.[0] ?? value;
  const forms = [value, word, JSON.stringify(value).slice(1, -1), encodeURIComponent(value), html(value)];
  const login = base64(`somebody:${value}`).slice(12, -4);
  return [...forms, base64(value).slice(0, -4), login, Buffer.from(value).toString('hex')].map(
    (text) => [name, text] as const,
  );
});

/** Which secrets can be found in a text, and in which form. */
const found = (text: string) => traces.filter(([, trace]) => text.includes(trace));

/** Repeats every header that it was sent, in the ways that services do. */
const echo = (headers: object) => {
  const values = Object.values(headers).map(String).join(' ');
  return [values, html(values), encodeURIComponent(values), base64(values), JSON.stringify(headers)].join(
    '\n',
  );
};

const config = (receiver: string) => `
agents:
  fails:
    type: command
    command: [sh, -c, 'printf "%s\\n" "$PLANTED_TOKEN" >&2; printf %s "$PLANTED_TOKEN" | base64 >&2; exit 1']
    env: [PLANTED_TOKEN]
    trigger: { type: webhook, signature: bearer, secret: ${JSON.stringify(planted.webhook)} }
    notifications:
      - id: header
        url: ${receiver}/header
        events: [task.failed]
        headers: { X-Api-Key: ${JSON.stringify(planted.header)} }
        retry: { max_attempts: 2, initial_delay: 50ms }
      - id: password
        url: ${receiver.replace('//', `//somebody:${encodeURIComponent(planted.password)}@`)}/password
        events: [task.failed]
        retry: { max_attempts: 1 }
  tells:
    type: command
    command: [sh, -c, 'printf "%s" "$PLANTED_TOKEN"; printf "%s" "$PLANTED_TOKEN" >&2']
    env: [PLANTED_TOKEN]
    trigger: { type: webhook, auth: none }
    notifications:
      - { id: header, url: ${receiver}/tells, events: [task.completed], headers: { X-Api-Key: ${JSON.stringify(planted.header)} } }
`;

describe.each(runtimes)('under $name', (runtime) => {
  test('what is planted and repeated is found nowhere', async () => {
    await using receiver = await recordingServer(({ path, headers }) => ({
      status: path === '/tells' ? 200 : 500,
      body: echo(headers),
    }));
    const place = workspace();
    const program = place.run(runtime, config(receiver.url), { PLANTED_TOKEN: planted.environment });
    const url = await program.ready();
    const token = readFileSync(place.tokenPath, 'utf8').trim();
    const frames: string[] = [];
    const socket = new WebSocket(`${url.replace('http', 'ws')}/inspect/socket`, {
      headers: { authorization: `Bearer ${token}` },
    });
    socket.on('message', (data) => frames.push(String(data)));
    await new Promise((resolve) => socket.once('open', resolve));

    const call = async (path: string, authorization: string) => {
      const answer = await fetch(`${url}${path}`, { method: 'POST', headers: { authorization }, body: '{}' });
      return { status: answer.status, text: await answer.text() };
    };
    const failed = await call('/webhooks/fails', `Bearer ${planted.webhook}`);
    const refused = await call('/webhooks/fails', `Bearer ${planted.webhook}x`);
    const told = await call('/webhooks/tells', 'none');
    expect([failed.status, refused.status, told.status]).toEqual([500, 401, 200]);
    for (const endpoint of ['fails/header', 'fails/password']) {
      await program.line(
        ({ event, to }) => event === 'delivery.dead' && to === endpoint,
        `the dead delivery to ${endpoint}`,
      );
    }
    await program.message('delivered');
    // They did get there: what is looked for below was there to be found.
    const sent = receiver.requests.map(({ headers }) => JSON.stringify(headers)).join('\n');
    expect(sent).toContain(JSON.stringify(planted.header));
    expect(sent).toContain(base64(`somebody:${planted.password}`));

    const read = async (path: string) => {
      const answer = await fetch(`${url}${path}`, { headers: { authorization: `Bearer ${token}` } });
      return answer.text();
    };
    const ids = async (list: string) => {
      const { items } = z
        .object({ items: z.array(z.object({ id: z.string() })) })
        .parse(JSON.parse(await read(list)));
      return items.map(({ id }) => `${list}/${encodeURIComponent(id)}`);
    };
    const paths = [
      ...(await ids('/api/tasks')),
      ...(await ids('/api/deliveries')),
      ...['tasks', 'deliveries', 'agents', 'triggers', 'notifications', 'skips', 'openapi.json'].map(
        (name) => `/api/${name}`,
      ),
      `/api/tasks/${encodeURIComponent(planted.header)}`,
      '/metrics',
      '/inspect',
      '/ready',
    ];
    expect(paths.length).toBeGreaterThan(12);
    const answers = await Promise.all(paths.map(read));
    const events = await streamed(`${url}/api/events?after=0`, token, 'delivery.dead');
    const list = place.start(runtime, ['deliveries', '--url', url, '--format', 'json']);
    await list.ended;
    const journal = () =>
      readdirSync(join(place.folder, 'data'))
        .filter((name) => name.startsWith('callboard.db'))
        .map((name) => readFileSync(join(place.folder, 'data', name), 'utf8'));
    const whileRunning = journal();
    expect(await program.stop()).toBe(0);

    const shown = {
      webhooks: [failed.text, refused.text, told.text],
      answers,
      events: [events],
      frames,
      log: program.lines.map((line) => JSON.stringify(line)),
      stderr: [program.stderr],
      commands: [JSON.stringify(list.lines), list.stderr],
      journal: [...whileRunning, ...journal()],
    };
    for (const [where, texts] of Object.entries(shown))
      expect({ [where]: found(texts.join('\n')) }).toEqual({ [where]: [] });
    // Each of these places had something to hide.
    for (const texts of [
      shown.webhooks,
      shown.answers,
      shown.events,
      shown.frames,
      shown.log,
      shown.journal,
    ]) {
      expect(texts.join('\n')).toContain('[redacted]');
    }
  });

  test('a file that cannot be read says so without its secrets', async () => {
    const place = workspace();
    const program = place.run(
      runtime,
      `agents: { a: { type: echo, trigger: { type: webhook, secret: [${JSON.stringify(planted.webhook)}] } } }`,
      { PLANTED_TOKEN: planted.environment },
    );
    expect(await program.ended).toBe(2);
    expect(program.stderr).toContain('secret');
    expect(found(program.stderr + JSON.stringify(program.lines))).toEqual([]);
  });

  test('secrets that are ordinary words leave states and JSON as they are', async () => {
    const place = workspace();
    const program = place.run(
      runtime,
      `
agents:
  plain:
    type: echo
    trigger: { type: webhook, auth: none }
    notifications:
      - id: hook
        url: http://127.0.0.1:1/
        events: [task.failed]
        headers: { X-Test: "true", X-Event: completed, X-Year: "${new Date().getUTCFullYear()}", X-Kind: string }
`,
    );
    const url = await program.ready();
    const called = await fetch(`${url}/webhooks/plain`, { method: 'POST', body: 'completed' });
    expect(await called.json()).toMatchObject({ status: 'completed', result: '[redacted]' });
    const triggered = place.start(runtime, [
      'trigger',
      '--agent',
      'plain',
      '--input',
      'it is true',
      '--url',
      url,
    ]);
    expect(await triggered.ended).toBe(0);
    expect(triggered.lines).toEqual([{ text: 'it is [redacted]' }]);
    const token = readFileSync(place.tokenPath, 'utf8').trim();
    for (const path of ['notifications', 'tasks', 'openapi.json']) {
      const answer = await fetch(`${url}/api/${path}`, { headers: { authorization: `Bearer ${token}` } });
      expect(JSON.stringify(await answer.json())).not.toContain('"type":"[redacted]"');
    }
    const { task } = await program.line(({ event }) => event === 'task.completed', 'the end of a task');
    expect(String(task)).toMatch(/^webhook-plain-\d{19}$/);
    expect(await program.stop()).toBe(0);
  });
});

/** The event stream up to an event of this type. */
async function streamed(url: string, token: string, until: string): Promise<string> {
  const answer = await fetch(url, { headers: { authorization: `Bearer ${token}` } });
  let text = '';
  for await (const chunk of answer.body ?? []) {
    text += Buffer.from(chunk).toString();
    if (text.includes(`event: ${until}`)) break;
  }
  return text;
}
