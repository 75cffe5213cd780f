import { expect, test } from 'vitest';
import { createActor, createMachine, enqueueActions, setup } from 'xstate';
import { Redactor } from '../../src/core/redact.ts';
import { InspectorFeed, mostWaitingBytes } from '../../src/inspection/feed.ts';
import { small } from '../../src/inspection/small.ts';

const lamp = createMachine({
  id: 'lamp',
  initial: 'off',
  states: { off: { on: { press: 'on' } }, on: { on: { press: 'off' } } },
});

function started() {
  const root = createActor(lamp).start();
  const feed = new InspectorFeed({ root, redactor: new Redactor() });
  const frames: string[] = [];
  const onlooker = { waiting: 0, send: (frame: string) => void frames.push(frame) };
  return { root, feed, frames, onlooker };
}

test('while nobody looks on, nothing is kept and nothing is sent', async () => {
  const { root, feed, frames, onlooker } = started();
  const detach = feed.attach(onlooker);
  await expect.poll(() => frames.length).toBe(1);
  detach();
  root.send({ type: 'press' });
  const late: string[] = [];
  feed.attach({ waiting: 0, send: (frame) => void late.push(frame) });
  await expect.poll(() => late.length).toBe(1);
  expect(late[0]).toContain('"value":"on"');
  expect(late[0]).toContain('@xstate.actor');
  expect(frames).toHaveLength(1);
});

test('who cannot keep up misses frames, and is told afterwards how things stand', async () => {
  const { root, feed, frames, onlooker } = started();
  feed.attach(onlooker);
  const other: string[] = [];
  feed.attach({ waiting: 0, send: (frame) => void other.push(frame) });
  await expect.poll(() => other.length).toBeGreaterThan(0);
  onlooker.waiting = mostWaitingBytes + 1;
  const before = frames.length;
  for (let press = 0; press < 51; press += 1) root.send({ type: 'press' });
  await expect.poll(() => other.length).toBeGreaterThan(100);
  expect(frames).toHaveLength(before);
  onlooker.waiting = 0;
  root.send({ type: 'press' });
  await expect.poll(() => frames.at(-1)).toContain('"value":"off"');
  expect(frames.length - before).toBeLessThan(6);
});

const patient = { timeout: 20_000 };

interface Told {
  readonly type: string;
  readonly sessionId: string;
  readonly name?: string;
  readonly snapshot?: { readonly status: string; readonly value?: string };
}

/** Lamps that come and go under one root. */
function garden(size: number) {
  const machine = setup({
    actors: { lamp },
    actions: {
      clear: enqueueActions(({ enqueue, self }) => {
        for (const id of Object.keys(self.getSnapshot().children)) enqueue.stopChild(id);
      }),
      plant: enqueueActions(({ enqueue }) => enqueue.spawnChild('lamp', { id: 'new lamp' })),
    },
  }).createMachine({
    id: 'garden',
    context: ({ spawn }) => {
      for (let index = 0; index < size; index += 1) spawn('lamp', { id: `lamp ${index}` });
      return {};
    },
    on: { clear: { actions: 'clear' }, plant: { actions: 'plant' } },
  });
  const root = createActor(machine).start();
  return { root, feed: new InspectorFeed({ root, redactor: new Redactor() }) };
}

/** One who keeps what it was told, and the names of those that live by that. */
function recorder() {
  const told: Told[] = [];
  const onlooker = { waiting: 0, send: (frame: string) => void told.push(JSON.parse(frame)) };
  const living = () => {
    const names = new Map<string, string | undefined>();
    for (const { type, sessionId, name, snapshot } of told) {
      if (type === '@xstate.actor') names.set(sessionId, name);
      if (type === '@xstate.snapshot' && snapshot?.status !== 'active') names.delete(sessionId);
    }
    return [...names.values()].sort();
  };
  return { told, onlooker, living };
}

test('thousands of actors are told of, however slowly they are taken', async () => {
  const { feed } = garden(3_000);
  let waiting = 0;
  const flying: (() => void)[] = [];
  const told: Told[] = [];
  feed.attach({
    get waiting() {
      return waiting;
    },
    send: (frame, sent) => {
      told.push(JSON.parse(frame));
      waiting += 20_000;
      flying.push(() => {
        waiting -= 20_000;
        sent();
      });
    },
  });
  const names = () => new Set(told.flatMap(({ name }) => name ?? []));
  await expect
    .poll(
      () => {
        for (const land of flying.splice(0)) land();
        return names().size;
      },
      { ...patient, interval: 1 },
    )
    .toBe(3_001);
  // Each was told of once, though it was behind all the time.
  expect(told.filter(({ type }) => type === '@xstate.actor')).toHaveLength(3_001);
});

test('who missed the end of actors is told of it with the rest', async () => {
  const { root, feed } = garden(20);
  const { onlooker, living } = recorder();
  feed.attach(onlooker);
  const other = recorder();
  feed.attach(other.onlooker);
  await expect.poll(() => living().length, patient).toBe(21);
  onlooker.waiting = mostWaitingBytes + 1;
  root.send({ type: 'clear' });
  await expect.poll(() => other.living(), patient).toEqual(['garden']);
  expect(living()).toHaveLength(21);
  onlooker.waiting = 0;
  root.send({ type: 'plant' });
  await expect.poll(living, patient).toEqual(['garden', 'new lamp']);
});

test('after a flood that was dropped, everybody is told how things stand', async () => {
  const { root, feed } = garden(20);
  const { onlooker, living } = recorder();
  feed.attach(onlooker);
  await expect.poll(() => living().length, patient).toBe(21);
  // More than may wait at once, and the end of the lamps behind it.
  for (let count = 0; count < 3_000; count += 1) root.send({ type: 'nothing' });
  root.send({ type: 'clear' });
  root.send({ type: 'plant' });
  await expect.poll(living, patient).toEqual(['garden', 'new lamp']);
  const late = recorder();
  feed.attach(late.onlooker);
  expect(late.living()).toEqual(['garden', 'new lamp']);
});

test('small data: no secret, no function, no live object, little of everything', () => {
  const redactor = new Redactor();
  redactor.add(['planted-secret']);
  const value = {
    note: `${'x'.repeat(395)}planted-secret`,
    act: () => 1,
    live: new (class Live {})(),
    error: new Error('planted-secret'),
    list: Array.from({ length: 1_000 }, (_, index) => index),
  };
  const text = JSON.stringify(small(value, redactor));
  expect(text).not.toContain('plant');
  expect(Object.keys(JSON.parse(text))).toEqual(['note', 'error', 'list']);
  expect(text.length).toBeLessThan(700);
});
