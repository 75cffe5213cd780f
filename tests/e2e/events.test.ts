// The event stream of the real program.
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { EventStream } from '../support/event-stream.ts';
import { runtimes, Workspace } from '../support/program.ts';

const config = 'agents: { hello: { type: echo, trigger: { type: webhook, auth: none } } }';

describe.each(runtimes)('under $name', (runtime) => {
  test('who comes back with Last-Event-ID has missed nothing, and a stop ends the stream', async () => {
    await using place = new Workspace();
    const program = place.run(runtime, config);
    const url = await program.ready();
    const authorization = `Bearer ${readFileSync(place.tokenPath, 'utf8').trim()}`;
    const open = async (headers: Record<string, string>, query = '') => {
      const stream = await EventStream.open(`${url}/api/events${query}`, { authorization, ...headers });
      if (typeof stream === 'number') throw new Error(`the stream was refused: ${stream}`);
      return stream;
    };
    const call = async () =>
      expect((await fetch(`${url}/webhooks/hello`, { method: 'POST' })).status).toBe(200);
    const task = ['task.queued', 'task.started', 'task.completed'];
    const types = (stream: EventStream) => stream.events.map(({ type }) => type);

    // Live, from now on.
    await call();
    const live = await open({});
    await call();
    await expect.poll(() => types(live)).toEqual(task);
    expect(live.events[0]?.data).toMatchObject({ type: 'task.queued', agent: 'hello', sequence: 4 });
    live.close();
    // Meanwhile more happens than one page holds.
    for (let count = 0; count < 70; count += 1) await call();
    const back = await open({ 'last-event-id': String(live.events[1]?.id) });
    await expect.poll(() => back.events.length).toBe(211);
    expect(back.events.map(({ id }) => id)).toEqual(Array.from({ length: 211 }, (_, index) => index + 6));
    const whole = await open({}, '?after=0');
    await expect.poll(() => whole.events.length).toBe(216);
    await call();
    await expect.poll(() => [types(back).slice(211), types(whole).slice(216)]).toEqual([task, task]);

    const refused = (headers: Record<string, string>, query = '') =>
      EventStream.open(`${url}/api/events${query}`, headers);
    expect(await refused({})).toBe(401);
    expect(await refused({ authorization, 'last-event-id': 'abc' })).toBe(400);
    expect(await refused({ authorization }, '?afer=1')).toBe(400);

    const stopped = program.stop();
    await Promise.all([back.ended, whole.ended]);
    expect(await stopped).toBe(0);
  });
});
