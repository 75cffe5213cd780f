// `/metrics` of the real program.
import { describe, expect, test } from 'vitest';
import { MetricsPage } from '../support/metrics-page.ts';
import { runtimes } from '../support/program.ts';
import { recordingServer } from '../support/recording-server.ts';
import { workspaces } from '../support/workspaces.ts';

const workspace = workspaces();

describe.each(runtimes)('under $name', (runtime) => {
  test('a page tells what came in, what ran and what went out', async () => {
    await using receiver = await recordingServer();
    const program = workspace().run(
      runtime,
      `
agents:
  job:
    type: echo
    trigger: { type: webhook, secret: "a secret of the sender", signature: bearer }
    notifications: [{ id: done, url: "${receiver.url}", events: [task.completed] }]
`,
    );
    const url = await program.ready();
    const call = async (path: string, method: string, authorization: string) =>
      (await fetch(`${url}${path}`, { method, headers: { authorization } })).status;
    const right = 'Bearer a secret of the sender';
    expect(await call('/webhooks/job', 'POST', right)).toBe(200);
    expect(await call('/webhooks/job', 'POST', 'Bearer wrong')).toBe(401);
    expect(await call('/webhooks/job', 'GET', right)).toBe(405);
    for (const path of ['/one', '/two', '/three']) expect(await call(path, 'POST', right)).toBe(404);
    await program.message('delivered');

    const response = await fetch(`${url}/metrics`);
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
    const page = new MetricsPage(await response.text());
    expect(page.problems()).toEqual([]);
    const answers = (labels: Record<string, string>) => page.value('callboard_webhook_answers_total', labels);
    expect(answers({ agent: 'job', trigger: 'webhook', status: '200' })).toBe(1);
    expect(answers({ agent: 'job', trigger: 'webhook', status: '401' })).toBe(1);
    expect(answers({ agent: '', status: '405' })).toBe(1);
    // Whoever guesses paths makes no series of them.
    expect(answers({ agent: '', status: '404' })).toBe(3);
    expect(page.value('callboard_tasks_total', { agent: 'job', outcome: 'completed' })).toBe(1);
    expect(page.value('callboard_deliveries_total', { endpoint: 'job/done', outcome: 'delivered' })).toBe(1);
    expect(page.value('callboard_ready')).toBe(1);
    expect(page.value('process_resident_memory_bytes')).toBeGreaterThan(10 * 2 ** 20);
    expect(await program.stop()).toBe(0);
  });

  test('the file switches it off', async () => {
    const program = workspace().run(
      runtime,
      'observability: { metrics: { enabled: false } }\nagents: { job: { type: echo } }',
    );
    expect((await fetch(`${await program.ready()}/metrics`)).status).toBe(404);
    await program.stop();
  });
});
