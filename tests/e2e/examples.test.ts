// Every example runs, under Node and under Deno: it starts, takes what it says it takes, and stops.
import { createHmac } from 'node:crypto';
import { chmodSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { root } from '../house/modules.ts';
import { runtimes, Workspace } from '../support/program.ts';
import { recordingServer } from '../support/recording-server.ts';
import { WebhookCaller } from '../support/webhook-caller.ts';

const example = (name: string) => readFileSync(join(root, 'examples', name), 'utf8');

let place: Workspace;

afterEach(() => place.close());

test('each example has its test below', () => {
  place = new Workspace();
  expect(readdirSync(join(root, 'examples')).sort()).toEqual([
    'coding-agent.yaml',
    'nightly.yaml',
    'quickstart.yaml',
    'shop-and-repo.yaml',
  ]);
});

describe.each(runtimes)('under $name', (runtime) => {
  test('quickstart: a call is answered, and its notification is delivered to the same program', async () => {
    place = new Workspace();
    await using placeholder = await recordingServer();
    const port = placeholder.port;
    await placeholder[Symbol.asyncDispose]();
    const file = place.write('callboard.yaml', example('quickstart.yaml'));
    const program = place.start(runtime, [file, '--log-format', 'json'], { PORT: String(port) });
    const url = await program.ready();
    expect(url).toBe(`http://127.0.0.1:${port}`);
    const answer = await fetch(`${url}/webhooks/hello`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"name":"Ada"}',
    });
    expect(await answer.json()).toMatchObject({ status: 'completed', result: 'Hello, Ada!' });
    await program.line((line) => line.message === 'delivered' && line.to === 'hello/notes', 'delivered');
    expect(await program.stop()).toBe(0);
  });

  test('shop-and-repo: signed calls become tasks, a failure becomes a Slack message', async () => {
    place = new Workspace();
    await using slack = await recordingServer();
    const secrets = { SHOPIFY_WEBHOOK_SECRET: 'shop secret', GITHUB_WEBHOOK_SECRET: 'repo secret' };
    const program = place.run(runtime, example('shop-and-repo.yaml'), {
      ...secrets,
      SLACK_WEBHOOK_URL: slack.url,
    });
    const url = await program.ready();
    const order = '{"id":1,"customer":{"id":7},"total_price":"12.50"}';
    const filed = await fetch(`${url}/webhooks/shopify/orders`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'x-shopify-hmac-sha256': createHmac('sha256', 'shop secret').update(order).digest('base64'),
      },
      body: order,
    });
    expect(filed.status).toBe(202);
    await program.message('task completed');
    expect(readFileSync(join(place.folder, 'orders.jsonl'), 'utf8').trim()).toBe(order);
    const push = '{"ref":"refs/heads/topic"}';
    const filtered = await fetch(`${url}/webhooks/github`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'x-hub-signature-256': `sha256=${createHmac('sha256', 'repo secret').update(push).digest('hex')}`,
      },
      body: push,
    });
    expect(await filtered.json()).toEqual({ status: 'skipped', reason: 'filtered' });
    expect(await program.stop()).toBe(0);
  });

  test('nightly: the instants around a change of the clocks are told, and it runs', async () => {
    place = new Workspace();
    const file = place.write('nightly.yaml', example('nightly.yaml'));
    const next = place.start(runtime, [
      'next',
      file,
      '--count',
      '1',
      '--from',
      '2026-03-28T12:00:00Z',
      '--format',
      'json',
    ]);
    expect(await next.ended).toBe(0);
    expect(JSON.stringify(next.lines)).toContain('2026-03-29T01:00:00.000Z');
    const program = place.run(runtime, example('nightly.yaml'));
    await program.ready();
    const trigger = place.start(runtime, [
      'trigger',
      '--agent',
      'backup',
      '--input',
      'today',
      '--url',
      await program.ready(),
    ]);
    expect(await trigger.ended).toBe(0);
    expect(trigger.lines).toEqual([{ text: 'the backup of today would run here' }]);
    expect(await program.stop()).toBe(0);
  });
  test('coding-agent: the program gets the prompt on stdin and one key, and its answer goes to the team', async () => {
    place = new Workspace();
    await using slack = await recordingServer();
    mkdirSync(join(place.folder, 'bin'));
    mkdirSync(join(place.folder, 'repository'));
    // Stand-ins: each prints how it was called.
    for (const name of ['claude', 'codex']) {
      const script = '#!/bin/sh\necho "$0 $*"\npwd\nenv | sort\ncat\n';
      chmodSync(place.write(`bin/${name}`, script), 0o755);
    }
    const program = place.run(runtime, example('coding-agent.yaml'), {
      PATH: `${join(place.folder, 'bin')}:${process.env.PATH}`,
      REPOSITORY: join(place.folder, 'repository'),
      SLACK_WEBHOOK_URL: slack.url,
      ANTHROPIC_API_KEY: 'key of claude',
      OPENAI_API_KEY: 'key of codex',
    });
    const caller = new WebhookCaller(await program.ready(), place);
    for (const [agent, how, key, other, prompt] of [
      [
        'review',
        'claude --print --output-format text --allowedTools Read,',
        'ANTHROPIC',
        'OPENAI',
        'Review the',
      ],
      [
        'changelog',
        'codex exec --sandbox read-only --ephemeral -',
        'OPENAI',
        'ANTHROPIC',
        'Draft a changelog',
      ],
    ] as const) {
      const { body } = await caller.api(`triggers/${agent}/schedule/fire`, 'POST', {});
      await program.line((line) => line.message === 'task completed' && line.task === body.id, agent);
      const result = String((await caller.api(`tasks/${body.id}`)).body.result);
      expect(result).toContain(`/bin/${how}`);
      expect(result).toContain(`\n${place.folder}/repository\n`);
      // Its value is a secret, and does not come out again.
      expect(result).toContain(`\n${key}_API_KEY=[redacted]\n`);
      expect(result).not.toContain(other);
      expect(result).not.toContain('SLACK_WEBHOOK_URL');
      expect(result).toContain(prompt);
    }
    await slack.waitFor(1);
    expect(slack.requests[0]?.body).toContain('Review the commits since yesterday');
    expect(await program.stop()).toBe(0);
  });
});
