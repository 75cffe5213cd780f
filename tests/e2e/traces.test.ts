// The way of a task as a trace, with the real program and a receiver of OTLP.
import { describe, expect, test } from 'vitest';
import { startMcpHttpServer } from '../support/mcp-http.ts';
import { startModelServer } from '../support/model-server.ts';
import { receivedSpans, spanNamed } from '../support/otlp-receiver.ts';
import { runtimes } from '../support/program.ts';
import { type Answer, recordingServer } from '../support/recording-server.ts';
import { workspaces } from '../support/workspaces.ts';

const workspace = workspaces();

const traceId = '0af7651916cd43dd8448eb211c80319c';
const callerSpan = 'b7ad6b7169203331';

/** Calls a webhook as somebody who traces. */
async function tracedCall(url: string): Promise<number> {
  const headers = { 'content-type': 'application/json', traceparent: `00-${traceId}-${callerSpan}-01` };
  return (await fetch(url, { method: 'POST', headers, body: '{"text":"hello"}' })).status;
}

const spanOf = (traceparent: unknown) => /^00-([0-9a-f]{32})-([0-9a-f]{16})-01$/.exec(String(traceparent));

describe.each(runtimes)('under $name', (runtime) => {
  test('one trace from the caller through webhook, task, model and tool to the delivery', async () => {
    await using collector = await recordingServer();
    await using receiver = await recordingServer();
    const tools = await startMcpHttpServer(['look']);
    const calls = [{ name: 'web__look', input: { text: 'here' } }];
    const model = await startModelServer(({ number }) => (number === 1 ? { calls } : { text: 'seen' }));
    const program = workspace().run(
      runtime,
      `
observability: { tracing: { enabled: true, endpoint: "${collector.url}" } }
llms: { default: { provider: openai_compatible, model: scripted, base_url: "${model.origin}/v1" } }
agents:
  watcher:
    instruction: Look.
    mcp_servers: { web: { url: "${tools.url}", headers: { Authorization: Bearer open } } }
    tools: ['web/look']
    trigger: { type: webhook, auth: none }
    notifications: [{ id: done, url: "${receiver.url}", events: [task.completed] }]
`,
    );
    const url = await program.ready();
    expect(await tracedCall(`${url}/webhooks/watcher`)).toBe(200);
    await receiver.waitFor(1);
    await program.message('delivered');
    // What has not been sent yet is sent by the stop.
    expect(await program.stop()).toBe(0);
    await Promise.all([tools.close(), model.close()]);

    const spans = receivedSpans(collector.requests);
    const webhook = spanNamed(spans, 'POST /webhooks/watcher');
    const task = spanNamed(spans, 'task watcher');
    const tool = spanNamed(spans, 'execute_tool web/look');
    const delivery = spanNamed(spans, 'deliver watcher/done');
    const chats = spans.filter(({ name }) => name === 'chat scripted');
    expect(spans).toHaveLength(6);
    expect(new Set(spans.map((span) => span.traceId))).toEqual(new Set([traceId]));
    expect(spans.filter(({ error }) => error !== undefined)).toEqual([]);
    expect(webhook).toMatchObject({ parent: callerSpan, kind: 2 });
    expect(webhook.attributes).toMatchObject({
      'http.request.method': 'POST',
      'http.route': '/webhooks/watcher',
      'http.response.status_code': 200,
      'callboard.task.id': task.attributes['callboard.task.id'],
    });
    expect(task).toMatchObject({ parent: webhook.spanId, kind: 5 });
    expect(task.attributes).toMatchObject({ 'callboard.attempt': 1, 'callboard.outcome': 'completed' });
    expect(chats.map(({ parent, kind }) => ({ parent, kind }))).toEqual(
      Array(2).fill({ parent: task.spanId, kind: 3 }),
    );
    expect(chats[0]?.attributes).toMatchObject({
      'gen_ai.operation.name': 'chat',
      'gen_ai.request.model': 'scripted',
      'gen_ai.usage.input_tokens': 10,
      'gen_ai.usage.output_tokens': 5,
    });
    expect(tool).toMatchObject({ parent: task.spanId, kind: 3 });
    expect(delivery).toMatchObject({ parent: task.spanId, kind: 3 });
    expect(delivery.attributes).toMatchObject({
      'server.address': '127.0.0.1',
      'http.response.status_code': 200,
    });
    // Whoever is called hears whose call it is.
    expect(spanOf(receiver.requests[0]?.headers.traceparent)?.slice(1)).toEqual([traceId, delivery.spanId]);
    expect(spanOf(tools.traceparents[0])?.slice(1)).toEqual([traceId, tool.spanId]);
    expect(model.requests.map(({ headers }) => spanOf(headers.traceparent)?.[2]).sort()).toEqual(
      chats.map(({ spanId }) => spanId).sort(),
    );
  });

  test('a trace goes on in the process that finishes the work', async () => {
    await using collector = await recordingServer();
    let answer: Answer = { status: 503 };
    await using receiver = await recordingServer(() => answer);
    const place = workspace();
    const config = `
observability: { tracing: { enabled: true, endpoint: "${collector.url}" } }
agents:
  job:
    type: echo
    trigger: { type: webhook, auth: none }
    notifications:
      - { id: done, url: "${receiver.url}", events: [task.completed], retry: { max_attempts: 9, initial_delay: 500ms } }
`;
    const first = place.run(runtime, config);
    expect(await tracedCall(`${await first.ready()}/webhooks/job`)).toBe(200);
    await first.message('delivery will be retried');
    await first.stop();
    answer = { status: 200 };
    const second = place.run(runtime, config);
    await second.message('delivered');
    await second.stop();

    const spans = receivedSpans(collector.requests);
    const task = spanNamed(spans, 'task job');
    const attempts = spans.filter(({ name }) => name === 'deliver job/done');
    expect(attempts.length).toBeGreaterThanOrEqual(2);
    expect(new Set(attempts.map(({ parent }) => parent))).toEqual(new Set([task.spanId]));
    expect(new Set(attempts.map((span) => span.traceId))).toEqual(new Set([traceId]));
    expect(attempts[0]?.error).toBe('answered 503');
    expect(attempts.at(-1)?.error).toBeUndefined();
  });

  test('attempts at a scheduled task share a trace, and a failed one says why', async () => {
    await using collector = await recordingServer();
    const program = workspace().run(
      runtime,
      `
observability: { tracing: { enabled: true, endpoint: "${collector.url}" } }
agents:
  job:
    type: command
    command: [sh, -c, 'echo no such luck >&2; exit 3']
    retry: { max_attempts: 2, initial_delay: 50ms }
    trigger: { type: schedule, at: "${new Date(Date.now() + 4_000).toISOString()}" }
`,
    );
    await program.message('task failed');
    await program.stop();
    const spans = receivedSpans(collector.requests);
    const instant = spanNamed(spans, 'schedule job/schedule');
    const attempts = spans.filter(({ name }) => name === 'task job');
    expect(instant.parent).toBeUndefined();
    expect(attempts.map(({ parent, attributes }) => [parent, attributes['callboard.outcome']])).toEqual([
      [instant.spanId, 'retrying'],
      [instant.spanId, 'failed'],
    ]);
    expect(attempts[1]?.error).toContain('no such luck');
  });

  test('a receiver that is down costs nothing, neither calls nor a stop', async () => {
    const program = workspace().run(
      runtime,
      `
observability: { tracing: { enabled: true, endpoint: "http://127.0.0.1:9" } }
agents: { job: { type: echo, trigger: { type: webhook, auth: none } } }
`,
    );
    const url = await program.ready();
    for (let call = 0; call < 20; call += 1) expect(await tracedCall(`${url}/webhooks/job`)).toBe(200);
    expect(await program.stop()).toBe(0);
    expect(program.lines.filter(({ level }) => level === 'error')).toEqual([]);
    expect(program.stderr).toBe('');
  });

  test('without tracing nobody is told of a trace', async () => {
    await using receiver = await recordingServer();
    const program = workspace().run(
      runtime,
      `
agents:
  job:
    type: echo
    trigger: { type: webhook, auth: none }
    notifications: [{ id: done, url: "${receiver.url}", events: [task.completed] }]
`,
    );
    expect(await tracedCall(`${await program.ready()}/webhooks/job`)).toBe(200);
    await receiver.waitFor(1);
    expect(receiver.requests[0]?.headers).not.toHaveProperty('traceparent');
    await program.stop();
  });
});
