// A whole run in the eyes of Stately's own receiver: the package that its inspector is made of.
import { readFileSync } from 'node:fs';
import { createWebSocketReceiver, type StatelyInspectionEvent } from '@statelyai/inspect';
import { afterEach, expect, test } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { runtimes, Workspace } from '../support/program.ts';
import { recordingServer } from '../support/recording-server.ts';

const config = (receiver: string) => `
agents:
  orders:
    type: echo
    triggers:
      - { id: call, type: webhook, auth: none }
      - { id: often, type: schedule, every: 1s, input: by the clock }
    notifications: [{ id: done, url: "${receiver}", events: [task.completed] }]
`;

let place: Workspace;
let relay: WebSocketServer | undefined;

afterEach(async () => {
  for (const client of relay?.clients ?? []) client.terminate();
  relay?.close();
  await place.close();
});

/**
 * The receiver can send no token, so it listens to a relay that has one.
 * @returns the address of the relay.
 */
async function relayTo(url: string, token: string): Promise<string> {
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
  relay = server;
  server.on('connection', (client) => {
    const feed = new WebSocket(url, { headers: { authorization: `Bearer ${token}` } });
    feed.on('message', (data) => client.send(String(data)));
    client.on('close', () => feed.terminate());
  });
  await new Promise((resolve) => server.once('listening', resolve));
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('the relay has no port');
  return `ws://127.0.0.1:${address.port}`;
}

/** What the receiver was told. Actors that follow one another may have one name, so they are told apart by their session. */
class Received {
  readonly #names = new Map<string, string>();
  readonly #parents = new Map<string, string | undefined>();
  readonly #definitions = new Map<string, string>();
  /** The states that an actor was in, each once, in order. */
  readonly states = new Map<string, string[]>();
  readonly events = new Set<string>();

  take(event: StatelyInspectionEvent): void {
    if (event.type === '@xstate.actor') {
      this.#names.set(event.sessionId, event.name);
      this.#parents.set(event.sessionId, event.parentId);
      this.#definitions.set(event.name, event.definition ?? '');
    }
    const name = this.#names.get(event.sessionId) ?? event.sessionId;
    if (event.type === '@xstate.event') this.events.add(`${event.event.type} → ${name}`);
    // The first frame of an actor tells how it stands when it is sent, which may be later than the next one's.
    if (event.type === '@xstate.snapshot') this.#note(event.sessionId, topState(event.snapshot));
  }

  /** From the root down to the first actor of that name. */
  line(name: RegExp): readonly string[] {
    const found = [...this.#names].find(([, candidate]) => name.test(candidate));
    const names: string[] = [];
    for (let id = found?.[0]; id !== undefined; id = this.#parents.get(id))
      names.unshift(this.#names.get(id) ?? id);
    return names;
  }

  /** The states that every actor of that name went through; empty before there is one that went to its end. */
  courses(name: RegExp): readonly string[] {
    return [...this.states]
      .filter(([session]) => name.test(this.#names.get(session) ?? ''))
      .map(([, states]) => states.join(' '));
  }

  definition(name: RegExp): string | undefined {
    return [...this.#definitions].find(([candidate]) => name.test(candidate))?.[1];
  }

  #note(session: string, state: string | undefined): void {
    const states = this.states.get(session) ?? [];
    this.states.set(session, states);
    if (state !== undefined && states.at(-1) !== state) states.push(state);
  }
}

/** `running` of `{running: 'working'}`. */
function topState(snapshot: object): string | undefined {
  const value: unknown = 'value' in snapshot ? snapshot.value : undefined;
  if (typeof value === 'string') return value;
  return typeof value === 'object' && value !== null ? Object.keys(value)[0] : undefined;
}

const patient = { timeout: 15_000 };

test.each(runtimes)(
  'under $name: from the trigger to the delivery',
  async (runtime) => {
    place = new Workspace();
    await using hook = await recordingServer();
    const program = place.run(runtime, config(hook.url));
    const url = await program.ready();
    const token = readFileSync(place.tokenPath, 'utf8').trim();
    const received = new Received();
    const server = await relayTo(`${url.replace('http', 'ws')}/inspect/socket`, token);
    createWebSocketReceiver({ server }).subscribe((event) => received.take(event));
    await expect
      .poll(() => received.line(/^trigger:call$/), patient)
      .toEqual(['runtime', 'agent:orders', 'trigger:call']);
    await fetch(`${url}/webhooks/orders`, { method: 'POST', body: '"by hand"' });
    // Nobody is told of its start, so it is past that before anyone looks.
    const task = 'running recording completed';
    // One of the call, and one at least of the schedule.
    await expect
      .poll(() => received.courses(/^task\.\d+$/).filter((course) => course === task).length, patient)
      .toBeGreaterThan(1);
    expect(received.line(/^task\.\d+$/).slice(0, -1)).toEqual(['runtime', 'agent:orders', 'tasks']);
    await expect
      .poll(() => received.courses(/^delivery\.\d+$/), patient)
      .toContain('attempting settling delivered');
    expect(received.line(/^delivery\.\d+$/).slice(0, -1)).toEqual(['runtime', 'dispatcher', 'orders/done']);
    await expect
      .poll(() => received.courses(/^trigger:often$/)[0], patient)
      .toMatch(/waiting admitting waiting/);
    for (const event of [/^rows\.ready → tasks$/, /^run\.completed → task\.\d+$/])
      await expect.poll(() => [...received.events], patient).toContainEqual(expect.stringMatching(event));
    // What the inspector draws an actor from.
    expect(Object.keys(JSON.parse(received.definition(/^delivery\.\d+$/) ?? '{}').states)).toContain(
      'backoff',
    );
    expect(await program.stop()).toBe(0);
  },
  60_000,
);
