// What an operator does with notifications, with the real program.
import { describe, expect, test } from 'vitest';
import { hostileServer } from '../support/hostile-server.ts';
import { runtimes } from '../support/program.ts';
import { recordingServer } from '../support/recording-server.ts';
import { WebhookCaller } from '../support/webhook-caller.ts';
import { workspaces } from '../support/workspaces.ts';

const workspace = workspaces();

describe.each(runtimes)('under $name', (runtime) => {
  test('a notification is paused, tested and resumed from the command line', async () => {
    await using receiver = await recordingServer();
    const place = workspace();
    const program = place.run(
      runtime,
      `
agents:
  hello:
    type: echo
    trigger: { type: webhook, auth: none }
    notifications: [{ id: done, url: "${receiver.url}", events: [task.completed] }]
`,
    );
    const url = await program.ready();
    const command = async (...words: string[]) => {
      const made = place.start(runtime, ['notifications', ...words, '--url', url]);
      expect(await made.ended).toBe(0);
      return JSON.stringify(made.lines);
    };
    expect(await command('pause', 'hello/done')).toContain('paused');
    expect(await command('test', 'hello/done')).toContain('delivery_id');
    expect(await command('list', '--format', 'json')).toContain('"paused":"operator"');
    expect(receiver.requests).toEqual([]);
    expect(await command('resume', 'hello/done')).toContain('running');
    await receiver.waitFor(1);
    expect(receiver.requests[0]?.body).toContain('This is a test of the notification.');
    const wrong = place.start(runtime, ['notifications', 'test', 'hello', '--url', url]);
    expect(await wrong.ended).toBe(2);
    expect(await program.stop()).toBe(0);
  });

  test('a dead endpoint with deliveries waiting for it does not delay another of the same agent', async () => {
    await using dead = await hostileServer();
    await using alive = await recordingServer();
    const place = workspace();
    const events = 'events: [task.completed]';
    const program = place.run(
      runtime,
      `
agents:
  hello:
    type: echo
    trigger: { type: webhook, auth: none }
    notifications:
      - { id: dead, url: "${dead.url('hang-before-headers')}", timeout: 10m, ${events} }
      - { id: alive, url: "${alive.url}", ${events} }
`,
    );
    const caller = new WebhookCaller(await program.ready(), place);
    const waiting = () => caller.items('deliveries?notification=dead&limit=100');
    // Every place for the dead endpoint is taken before the other twenty come.
    for (let sent = 0; sent < 8; sent += 1) await caller.post('/webhooks/hello');
    await expect.poll(() => dead.open).toBe(8);
    for (let sent = 0; sent < 20; sent += 1) await caller.post('/webhooks/hello');
    await alive.waitFor(28);
    expect(new Set(alive.requests.map(({ headers }) => headers['webhook-id'])).size).toBe(28);
    expect((await waiting()).map(({ attempts }) => attempts)).toEqual(Array.from({ length: 28 }, () => []));
    expect(dead.open).toBe(8);
  });
});
