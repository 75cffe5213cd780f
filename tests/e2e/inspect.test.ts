// The live machines of the real program, as the Stately inspector would receive them.
import { readFileSync } from 'node:fs';
import { request } from 'node:http';
import { connect as connectTcp } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { z } from 'zod';
import { runtimes } from '../support/program.ts';
import { recordingServer } from '../support/recording-server.ts';
import { workspaces } from '../support/workspaces.ts';

const secret = 'planted-secret-0123456789';

const config = (receiver: string) => `
agents:
  leak:
    type: command
    command: [sh, -c, 'printf "%s" "$PLANTED"']
    env: [PLANTED]
    trigger: { type: webhook, secret: "\${PLANTED}", signature: bearer }
    notifications:
      - { id: done, url: "${receiver}", events: [task.completed], headers: { X-Key: "\${PLANTED}" } }
`;

const base = {
  sessionId: z.string(),
  rootId: z.string(),
  createdAt: z.string(),
  id: z.null(),
  _version: z.string(),
};

/** The three shapes of `StatelyInspectionEvent`. */
const inspectionEvent = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('@xstate.actor'),
    ...base,
    name: z.string(),
    definition: z.string().optional(),
    parentId: z.string().optional(),
    snapshot: z.looseObject({ status: z.string() }),
  }),
  z.strictObject({
    type: z.literal('@xstate.event'),
    ...base,
    sourceId: z.string().optional(),
    event: z.looseObject({ type: z.string() }),
  }),
  z.strictObject({
    type: z.literal('@xstate.snapshot'),
    ...base,
    event: z.looseObject({ type: z.string() }),
    snapshot: z.looseObject({ status: z.string(), value: z.unknown().optional() }),
  }),
]);

type InspectionEvent = z.infer<typeof inspectionEvent>;

const workspace = workspaces();
const sockets: WebSocket[] = [];

afterEach(() => {
  for (const socket of sockets.splice(0)) socket.terminate();
});

const socketUrl = (url: string) => `${url.replace(/^http/, 'ws')}/inspect/socket`;

/** A socket and every frame that it was sent. */
function connect(url: string, protocols: readonly string[], headers: Record<string, string> = {}) {
  const socket = new WebSocket(socketUrl(url), [...protocols], { headers });
  sockets.push(socket);
  const frames: string[] = [];
  socket.on('message', (data) => frames.push(String(data)));
  const opened = new Promise<string>((resolve) => {
    socket.on('open', () => resolve(`open ${socket.protocol}`.trim()));
    socket.on('error', (error) => resolve(error.message));
  });
  const events = (): readonly InspectionEvent[] =>
    frames.map((frame) => inspectionEvent.parse(JSON.parse(frame)));
  return { frames, opened, events };
}

function call(url: string): Promise<Response> {
  return fetch(`${url}/webhooks/leak`, {
    method: 'POST',
    headers: { authorization: `Bearer ${secret}`, 'content-type': 'application/json' },
    body: JSON.stringify({ note: `it is ${secret}` }),
  });
}

/** The names from the root to an actor. */
function pathTo(actors: ReadonlyMap<string, InspectionEvent>, sessionId: string): readonly string[] {
  const actor = actors.get(sessionId);
  if (actor?.type !== '@xstate.actor') return [];
  return [...(actor.parentId === undefined ? [] : pathTo(actors, actor.parentId)), actor.name];
}

/** `running` of `{running: 'working'}`. */
const topState = (value: unknown) =>
  typeof value === 'object' && value !== null ? Object.keys(value)[0] : value;

/** What is wrong with the frames of one whole run; empty when all is there. */
function missing(events: readonly InspectionEvent[]): readonly string[] {
  const actors = new Map(
    events.filter(({ type }) => type === '@xstate.actor').map((event) => [event.sessionId, event]),
  );
  const values = (pattern: RegExp) =>
    events.flatMap((event) =>
      event.type === '@xstate.snapshot' && pattern.test(pathTo(actors, event.sessionId).join(' / '))
        ? [topState(event.snapshot.value)]
        : [],
    );
  const wanted: readonly [string, boolean][] = [
    ['root running', values(/^runtime$/).includes('running')],
    ['task running', values(/^runtime \/ agent:leak \/ tasks \/ [^/]+$/).includes('running')],
    ['task completed', values(/^runtime \/ agent:leak \/ tasks \/ [^/]+$/).includes('completed')],
    [
      'delivery delivered',
      values(/^runtime \/ dispatcher \/ leak\/done \/ delivery\.\d+$/).includes('delivered'),
    ],
    [
      'an event with its source',
      events.some((event) => event.type === '@xstate.event' && actors.has(event.sourceId ?? '')),
    ],
    [
      'definitions',
      [...actors.values()].some(
        (event) => event.type === '@xstate.actor' && event.definition?.includes('"recording"') === true,
      ),
    ],
    [
      'parents known',
      [...actors.values()].every(
        (event) =>
          event.type === '@xstate.actor' && (event.parentId === undefined || actors.has(event.parentId)),
      ),
    ],
  ];
  return wanted.filter(([, holds]) => !holds).map(([name]) => name);
}

describe.each(runtimes)('under $name', (runtime) => {
  test('a whole run arrives in the protocol of the Stately inspector, early and late, without a secret', async () => {
    await using receiver = await recordingServer();
    const place = workspace();
    const file = place.write('callboard.yaml', config(receiver.url));
    const program = place.start(runtime, ['run', file, '--port', '0', '--inspect', '--log-format', 'json'], {
      PLANTED: secret,
    });
    const url = await program.ready();
    const token = readFileSync(place.tokenPath, 'utf8').trim();
    const page = connect(url, ['callboard.inspect', `callboard.token.${token}`], { origin: url });
    expect(await page.opened).toBe('open callboard.inspect');
    expect((await call(url)).status).toBe(200);
    await receiver.waitFor(1);
    await expect.poll(() => missing(page.events()), { timeout: 10_000 }).toEqual([]);
    const late = connect(url, [], { authorization: `Bearer ${token}` });
    expect(await late.opened).toBe('open');
    await expect.poll(() => missing(late.events()), { timeout: 10_000 }).toEqual([]);
    const all = [...page.frames, ...late.frames].join('\n');
    expect(all).not.toContain(secret);
    expect(all).not.toContain(token);
    expect(all).toContain('[redacted]');
    expect(await program.stop()).toBe(0);
    expect(JSON.stringify(program.lines)).not.toContain(token);
  });

  test('nobody looks on without the token, from another origin, or elsewhere', async () => {
    const place = workspace();
    const program = place.run(
      runtime,
      'agents: { hello: { type: echo, trigger: { type: webhook, auth: none } } }',
    );
    const url = await program.ready();
    const token = readFileSync(place.tokenPath, 'utf8').trim();
    const right = ['callboard.inspect', `callboard.token.${token}`];
    const refusals = await Promise.all([
      connect(url, ['callboard.inspect']).opened,
      connect(url, ['callboard.inspect', `callboard.token.${token.slice(1)}A`]).opened,
      connect(url, [], { authorization: 'Bearer wrong' }).opened,
      connect(`${url}`, right, { origin: 'https://elsewhere.example' }).opened,
      connect(`${url}/x`, right).opened,
    ]);
    expect(refusals.map((text) => /\d{3}/.exec(text)?.[0])).toEqual(['401', '401', '401', '403', '404']);
    const late = connect(url, right);
    await late.opened;
    await expect
      .poll(() => late.events().map((event) => event.type === '@xstate.actor' && event.name))
      .toEqual(expect.arrayContaining(['runtime', 'dispatcher', 'agent:hello', 'trigger:webhook']));
    expect(await program.stop()).toBe(0);
  });

  test('a refused one is let go, whether its client closes or not, and keeps no stop waiting', async () => {
    const place = workspace();
    const program = place.run(runtime, 'agents: { hello: { type: echo } }');
    const { port } = new URL(await program.ready());
    const socket = connectTcp({ port: Number(port), host: '127.0.0.1', allowHalfOpen: true });
    let answer = '';
    socket.on('data', (data) => {
      answer += String(data);
    });
    let failure: Error | undefined;
    socket.on('error', (thrown) => {
      failure = thrown;
    });
    socket.write(
      'GET /inspect/socket HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n' +
        'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n',
    );
    await new Promise((resolve) => socket.once('end', resolve));
    expect(answer).toMatch(/^HTTP\/1\.1 401 /);
    // Half of it is still open here; nobody is there to hear what is sent.
    const sent = () => {
      socket.write('x');
      return failure?.message;
    };
    await expect.poll(sent).toMatch(/ECONNRESET|EPIPE/);
    expect(await program.stop()).toBe(0);
  });

  test('a call that offers another protocol is served as if it had not', async () => {
    const place = workspace();
    const program = place.run(
      runtime,
      'agents: { hello: { type: echo, trigger: { type: webhook, auth: none } } }',
    );
    const url = await program.ready();
    const body = await new Promise<string>((resolve, reject) => {
      const headers = { Connection: 'Upgrade, HTTP2-Settings', Upgrade: 'h2c', 'HTTP2-Settings': 'AAMAAABk' };
      const sent = request(`${url}/webhooks/hello`, { method: 'POST', headers }, (answer) => {
        let text = '';
        answer.on('data', (chunk) => {
          text += String(chunk);
        });
        answer.on('end', () => resolve(text));
      });
      sent.on('error', reject);
      sent.end('"hi there"');
    });
    expect(body).toContain('hi there');
    expect(await program.stop()).toBe(0);
  });
});
