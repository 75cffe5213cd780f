// The main job, with the real program: a real GitHub payload comes in, a task runs, a notification arrives.
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { sign } from '@octokit/webhooks-methods';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { runtimes } from '../support/program.ts';
import { recordingServer } from '../support/recording-server.ts';
import { workspaces } from '../support/workspaces.ts';

const secret = "It's a Secret to Everybody";

const examples = z
  .array(z.object({ name: z.string(), examples: z.array(z.unknown()) }))
  .parse(createRequire(import.meta.url)('@octokit/webhooks-examples'));

/** The first example of a GitHub event, as the bytes that GitHub would send. */
function githubPayload(event: string): string {
  const found = examples.find(({ name }) => name === event)?.examples[0];
  if (found === undefined) throw new Error(`no example of ${event}`);
  return JSON.stringify(found);
}

const config = (receiver: string) => `
agents:
  github-handler:
    type: command
    command: [cat]
    trigger:
      type: webhook
      path: /webhooks/github
      secret: \${GITHUB_WEBHOOK_SECRET}
      signature_header: X-Hub-Signature-256
      webhook_input:
        template: |
          GitHub {{ .headers.X-GitHub-Event }} event:
          Repository: {{ .body.repository.full_name }}
          Sender: {{ .body.sender.login }}
    notifications:
      - id: done
        url: ${receiver}/done
        events: [task.started, task.completed, task.failed]
`;

const workspace = workspaces();

async function deliver(
  url: string,
  event: string,
  body: string,
  signature: string,
  id: string,
): Promise<Response> {
  return fetch(`${url}/webhooks/github`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'x-github-event': event,
      'x-github-delivery': id,
      'x-hub-signature-256': signature,
    },
    body,
  });
}

describe.each(runtimes)('under $name', (runtime) => {
  test.each(['push', 'pull_request'])(
    'a signed %s becomes a task, and its notifications have the default body',
    async (event) => {
      await using receiver = await recordingServer();
      const place = workspace();
      const program = place.run(runtime, config(receiver.url), { GITHUB_WEBHOOK_SECRET: secret });
      const url = await program.ready();
      const body = githubPayload(event);
      const answer = await deliver(url, event, body, await sign(secret, body), 'delivery-1');
      const payload = z
        .object({ repository: z.object({ full_name: z.string() }), sender: z.object({ login: z.string() }) })
        .parse(JSON.parse(body));
      const result = `GitHub ${event} event:\nRepository: ${payload.repository.full_name}\nSender: ${payload.sender.login}`;
      expect(answer.status).toBe(200);
      const answered = z
        .object({ task_id: z.string() })
        .loose()
        .parse(await answer.json());
      const { task_id: taskId } = answered;
      expect(taskId).toMatch(/^webhook-github-handler-\d{19}$/);
      expect(answered).toEqual({
        status: 'completed',
        result,
        agent_name: 'github-handler',
        task_id: taskId,
      });

      await receiver.waitFor(2);
      const bodies = receiver.requests.map((request) => request.body);
      const timestamp = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/);
      const about = { agent_name: 'github-handler', task_id: taskId, timestamp };
      const started = { type: 'task.started', ...about, status: 'started' };
      const completed = { type: 'task.completed', ...about, status: 'completed', result };
      expect(bodies.map((text): unknown => JSON.parse(text))).toEqual(
        expect.arrayContaining([started, completed]),
      );
      const text = bodies.find((candidate) => candidate.includes('task.completed')) ?? '';
      expect(Object.keys(z.record(z.string(), z.unknown()).parse(JSON.parse(text)))).toEqual([
        'type',
        'agent_name',
        'task_id',
        'status',
        'result',
        'timestamp',
      ]);
      expect(await program.stop()).toBe(0);
      expect(program.stderr).toBe('');
    },
  );

  test('a wrong signature and a changed body get 401 and make no task', async () => {
    await using receiver = await recordingServer();
    const place = workspace();
    const program = place.run(runtime, config(receiver.url), { GITHUB_WEBHOOK_SECRET: secret });
    const url = await program.ready();
    const body = githubPayload('push');
    const signature = await sign(secret, body);
    const changed = `${body.slice(0, -1)} }`;
    const answers = await Promise.all([
      deliver(url, 'push', body, await sign('another secret', body), 'a'),
      deliver(url, 'push', changed, signature, 'b'),
      deliver(
        url,
        'push',
        body,
        signature.replace(/.$/, (last) => (last === '0' ? '1' : '0')),
        'c',
      ),
      fetch(`${url}/webhooks/github`, { method: 'POST', body }),
    ]);
    expect(answers.map(({ status }) => status)).toEqual([401, 401, 401, 401]);
    const texts = new Set(await Promise.all(answers.map((answer) => answer.text())));
    expect(texts.size).toBe(1);
    const token = readFileSync(place.tokenPath, 'utf8').trim();
    const tasks = await fetch(`${url}/api/tasks`, { headers: { authorization: `Bearer ${token}` } });
    expect(await tasks.json()).toEqual({ items: [], next: null });
    expect(await program.stop()).toBe(0);
  });

  test('a task that was accepted survives kill -9 and ends after the next start', async () => {
    await using receiver = await recordingServer();
    const place = workspace();
    const text = `
agents:
  slow:
    type: command
    command: [sh, -c, 'test -e ran || { touch ran; sleep 60; }; echo done']
    trigger: { type: webhook, auth: none, response: { mode: async } }
    notifications:
      - { id: done, url: "${receiver.url}", events: [task.completed] }
`;
    const first = place.run(runtime, text);
    const accepted = await fetch(`${await first.ready()}/webhooks/slow`, { method: 'POST', body: '{}' });
    expect(accepted.status).toBe(202);
    const { task_id: taskId } = z.object({ task_id: z.string() }).parse(await accepted.json());
    await expect.poll(() => existsSync(join(place.folder, 'ran')), { timeout: 10_000 }).toBe(true);
    await first.stop('SIGKILL');
    const second = place.run(runtime, text);
    await second.ready();
    await receiver.waitFor(1);
    expect(JSON.parse(receiver.requests[0]?.body ?? '')).toMatchObject({
      task_id: taskId,
      status: 'completed',
      result: 'done',
    });
    const status = await fetch(new URL(accepted.headers.get('location') ?? '', await second.ready()));
    expect(await status.json()).toMatchObject({ task_id: taskId, status: 'completed', result: 'done' });
    expect(await second.stop()).toBe(0);
  });

  test('a receiver that fails twice sees three attempts under one id, spaced as configured', async () => {
    const times: number[] = [];
    await using receiver = await recordingServer((_request, index) => {
      times.push(performance.now());
      return { status: index < 2 ? 503 : 200 };
    });
    const place = workspace();
    const program = place.run(
      runtime,
      `
agents:
  hello:
    type: echo
    trigger: { type: webhook, auth: none }
    notifications:
      - { id: done, url: "${receiver.url}", events: [task.completed], retry: { initial_delay: 200ms } }
`,
    );
    await fetch(`${await program.ready()}/webhooks/hello`, { method: 'POST', body: '"hi"' });
    await receiver.waitFor(3);
    await program.message('delivered');
    const [first = 0, second = 0, third = 0] = times;
    // At least as long as configured; how much longer is the machine's affair.
    expect(second - first).toBeGreaterThanOrEqual(195);
    expect(third - second).toBeGreaterThanOrEqual(395);
    expect(new Set(receiver.requests.map(({ headers }) => headers['webhook-id'])).size).toBe(1);
    expect(await program.stop()).toBe(0);
  });

  test('a stop lets running tasks finish, and puts back what takes longer than the grace', async () => {
    const place = workspace();
    const text = `
server: { grace: 1s }
agents:
  short: { type: command, command: [sh, -c, 'sleep 0.5; echo done'], trigger: { type: webhook, auth: none } }
  long: { type: command, command: [sh, -c, 'test -e ran || { touch ran; sleep 60; }; echo done'], trigger: { type: webhook, auth: none, response: { mode: async } } }
`;
    const first = place.run(runtime, text);
    const url = await first.ready();
    const short = fetch(`${url}/webhooks/short`, { method: 'POST', body: '{}' });
    await fetch(`${url}/webhooks/long`, { method: 'POST', body: '{}' });
    await first.line(
      (line) => line.message === 'task started' && String(line.task).includes('long'),
      'long started',
    );
    await first.line(
      (line) => line.message === 'task started' && String(line.task).includes('short'),
      'short started',
    );
    expect(await first.stop()).toBe(0);
    expect(await (await short).json()).toMatchObject({ status: 'completed', result: 'done' });
    const second = place.run(runtime, text);
    await second.line(
      (line) => line.message === 'task completed' && String(line.task).includes('long'),
      'long completed',
    );
    expect(await second.stop()).toBe(0);
  });

  test('a second signal ends the program at once', async () => {
    const place = workspace();
    const program = place.run(
      runtime,
      'agents: { long: { type: command, command: [sleep, "60"], trigger: { type: webhook, auth: none, response: { mode: async } } } }',
    );
    await fetch(`${await program.ready()}/webhooks/long`, { method: 'POST', body: '{}' });
    await program.message('task started');
    program.process.kill('SIGINT');
    await program.message('stopping');
    expect(await program.stop('SIGINT')).toBe(130);
  });

  test('what cannot start says why in one line', async () => {
    const place = workspace();
    const text = 'agents: { hello: { type: echo, trigger: { type: webhook, auth: none } } }';
    const first = place.run(runtime, text);
    const url = await first.ready();
    const port = new URL(url).port;
    const taken = place.start(runtime, ['callboard.yaml', '--port', port, '--data', 'other']);
    expect(await taken.ended).toBe(1);
    expect(taken.stderr).toBe(`callboard: cannot listen on 127.0.0.1:${port}: the port is in use\n`);
    const second = place.start(runtime, ['callboard.yaml', '--port', '0']);
    expect(await second.ended).toBe(1);
    expect(second.stderr).toMatch(/^callboard: .*callboard\.db.* in use .*\n$/);
    const missing = place.start(runtime, ['missing.yaml']);
    expect(await missing.ended).toBe(2);
    expect(missing.stderr.trim().split('\n')).toHaveLength(1);
    expect(missing.stderr).not.toMatch(/\s+at .*\.(ts|js):\d/);
    expect(await first.stop()).toBe(0);
  });
});
