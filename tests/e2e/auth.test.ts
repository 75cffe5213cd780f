// Who is let in where, with `server.auth` on the real program.
import { createHmac, createPublicKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { JWTPayload } from 'jose';
import { describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { runtimes, Workspace } from '../support/program.ts';
import { type SigningKey, sign, signingKey, tokenIssuer } from '../support/token-issuer.ts';

const config = (jwksUrl: string) => `
server:
  auth:
    enabled: true
    jwks_url: ${jwksUrl}
    issuer: https://issuer.example/
    audience: callboard
    api_keys:
      - key-of-everything
      - { name: reader, key: key-that-reads, scopes: [read] }
      - { name: writer, key: "key=that/writes(+)", scopes: [write] }
agents:
  shut: { type: echo, trigger: { type: webhook } }
  open: { type: echo, trigger: { type: webhook, auth: none } }
  signed: { type: echo, trigger: { type: webhook, secret: the-secret, signature: bearer } }
`;

const hour = 3_600;
const now = () => Math.floor(Date.now() / 1_000);
const claims = (more: JWTPayload = {}): JWTPayload => ({
  iss: 'https://issuer.example/',
  aud: 'callboard',
  exp: now() + hour,
  ...more,
});

const base64 = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');

/** Signed with the public key as if it were a secret, which anybody can do. */
function hmacToken({ jwk, kid }: SigningKey, payload: JWTPayload): string {
  const pem = createPublicKey({ key: { ...jwk }, format: 'jwk' }).export({ type: 'spki', format: 'pem' });
  const text = `${base64({ alg: 'HS256', kid })}.${base64(payload)}`;
  return `${text}.${createHmac('sha256', pem).update(text).digest('base64url')}`;
}

/** What an upgrade is answered with: 101, or the status of the refusal. */
function socketStatus(url: string, headers: Record<string, string>): Promise<number> {
  return new Promise((resolve) => {
    const socket = new WebSocket(`${url.replace(/^http/, 'ws')}/inspect/socket`, { headers });
    socket.on('open', () => {
      socket.terminate();
      resolve(101);
    });
    socket.on('error', ({ message }) => resolve(Number(/\d{3}/.exec(message)?.[0])));
  });
}

/** What each route answers to somebody who sends these headers. */
async function answersTo(url: string, headers: Record<string, string>) {
  const ask = async (path: string, body?: string) => {
    const json = { 'content-type': 'application/json', ...headers };
    const answer = await fetch(
      `${url}${path}`,
      body === undefined ? { headers } : { method: 'POST', headers: json, body },
    );
    return { status: answer.status, text: await answer.text(), type: answer.headers.get('content-type') };
  };
  const shut = await ask('/webhooks/shut', '1');
  return {
    statuses: {
      read: (await ask('/api/tasks')).status,
      metrics: (await ask('/metrics')).status,
      write: (await ask('/api/tasks', '{"agent":"open"}')).status,
      socket: await socketStatus(url, headers),
      shut: shut.status,
    },
    open: [
      await ask('/webhooks/open', '1'),
      await ask('/health'),
      await ask('/ready'),
      await ask('/inspect'),
    ].map(({ status }) => status),
    refusal: shut.status === 401 ? shut.text : undefined,
  };
}

const everything = { read: 200, metrics: 200, write: 201, socket: 101, shut: 200 };
const reads = { read: 200, metrics: 200, write: 403, socket: 101, shut: 401 };
const writes = { read: 403, metrics: 403, write: 201, socket: 403, shut: 200 };
const nothing = { read: 403, metrics: 403, write: 403, socket: 403, shut: 401 };
const nobody = { read: 401, metrics: 401, write: 401, socket: 401, shut: 401 };

describe.each(runtimes)('under $name', { timeout: 90_000 }, (runtime) => {
  test('every token on every route', async () => {
    const [rsa, pss, ec, ed, unknown] = await Promise.all([
      signingKey('RS256'),
      signingKey('PS256'),
      signingKey('ES384'),
      signingKey('EdDSA'),
      signingKey('RS256'),
    ]);
    await using issuer = await tokenIssuer(rsa, pss, ec, ed);
    await using place = new Workspace();
    const program = place.run(runtime, config(issuer.url));
    const url = await program.ready();
    const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
    const token = async (more: JWTPayload, key = rsa) => bearer(await sign(key, claims(more)));
    const { exp: _, ...endless } = claims();
    // On a busy machine the first fetch of the keys may come too late.
    const known = { headers: await token({}) };
    await expect
      .poll(async () => (await fetch(`${url}/api/agents`, known)).status, { timeout: 20_000 })
      .toBe(200);
    const table: readonly (readonly [string, Record<string, string>, typeof everything])[] = [
      ['nothing sent', {}, nobody],
      ['no token', bearer('abc'), nobody],
      ['three parts that are no token', bearer('a.b.c'), nobody],
      ['another scheme', { authorization: `Basic ${Buffer.from('a:b').toString('base64')}` }, nobody],
      ['the local token', bearer(readFileSync(place.tokenPath, 'utf8').trim()), nobody],
      ['expired', await token({ scope: 'read write', exp: now() - 60 }), nobody],
      ['no exp', bearer(await sign(rsa, { ...endless, scope: 'read write' })), nobody],
      ['not valid yet', await token({ scope: 'read write', nbf: now() + hour }), nobody],
      ['alg none', bearer(`${base64({ alg: 'none' })}.${base64(claims({ scope: 'read write' }))}.`), nobody],
      ['HS256 with the public key', bearer(hmacToken(rsa, claims({ scope: 'read write' }))), nobody],
      ['PS256, of a known key', await token({ scope: 'read write' }, pss), nobody],
      ['wrong issuer', await token({ scope: 'read write', iss: 'https://other.example/' }), nobody],
      ['wrong audience', await token({ scope: 'read write', aud: 'other' }), nobody],
      ['unknown kid', await token({ scope: 'read write' }, unknown), nobody],
      [
        'another key under a known kid',
        await token({ scope: 'read write' }, { ...unknown, kid: rsa.kid }),
        nobody,
      ],
      ['right, of no scope of ours', await token({ scope: 'openid profile' }), nothing],
      ['right, without any scope', await token({}), reads],
      ['right, to read', await token({ scope: 'openid read' }), reads],
      ['right, to write', await token({ scp: ['write'] }), writes],
      [
        'right, for both, ES384',
        await token({ scope: 'read write', aud: ['x', 'callboard'] }, ec),
        everything,
      ],
      ['right, for both, EdDSA', await token({ scp: 'read write' }, ed), everything],
      ['an unknown API key', bearer('key-of-nothing'), nobody],
      ['a part of an API key', bearer('key-of-everythin'), nobody],
      ['an API key to read', bearer('key-that-reads'), reads],
      ['an API key to write', { 'x-api-key': 'key=that/writes(+)' }, writes],
      ['an API key for both', bearer('key-of-everything'), everything],
      ['a token as API key', { 'x-api-key': await sign(rsa, claims({ scope: 'read write' })) }, nobody],
    ];
    const refusals = new Set<string>();
    const found = [];
    for (const [name, headers] of table) {
      const { statuses, open, refusal } = await answersTo(url, headers);
      found.push([name, statuses]);
      expect([name, open]).toEqual([name, [200, 200, 200, 200]]);
      if (refusal !== undefined) refusals.add(refusal);
    }
    expect(found).toEqual(table.map(([name, , statuses]) => [name, statuses]));
    // Nobody who is turned away from a webhook learns why.
    expect(refusals.size).toBe(1);
    expect((await fetch(`${url}/webhooks/signed`, { method: 'POST', body: '1' })).status).toBe(401);
    const signed = { method: 'POST', body: '1', headers: bearer('the-secret') };
    expect((await fetch(`${url}/webhooks/signed`, signed)).status).toBe(200);
    expect(new Set(issuer.asked)).toEqual(new Set(['/jwks.json']));
    expect(await program.stop()).toBe(0);
    const log = JSON.stringify(program.lines) + program.stderr;
    for (const key of ['key-of-everything', 'key-that-reads', 'key=that']) expect(log).not.toContain(key);
  });

  test('a reload takes keys away and gives others', async () => {
    await using place = new Workspace();
    const file = (key: string) => `
server: { auth: { enabled: true, api_keys: ["${key}"] } }
agents: { hello: { type: echo, trigger: { type: webhook } } }
`;
    const program = place.run(runtime, file('the-first-key'));
    const url = await program.ready();
    const status = async (key: string) =>
      (await fetch(`${url}/webhooks/hello`, { method: 'POST', headers: { 'x-api-key': key } })).status;
    expect([await status('the-first-key'), await status('the-second-key')]).toEqual([200, 401]);
    place.write('callboard.yaml', file('the-second-key'));
    program.process.kill('SIGHUP');
    await program.message('config reloaded');
    expect([await status('the-first-key'), await status('the-second-key')]).toEqual([401, 200]);
    expect(await program.stop()).toBe(0);
    expect(JSON.stringify(program.lines)).not.toMatch(/the-(?:first|second)-key/);
  });

  test('a page gives its login as a protocol, since it can set no headers', async () => {
    await using place = new Workspace();
    const program = place.run(runtime, config('https://127.0.0.1:9/'));
    const url = await program.ready();
    const upgrade = (token: string) =>
      new Promise((resolve) => {
        const address = `${url.replace(/^http/, 'ws')}/inspect/socket`;
        const socket = new WebSocket(address, ['callboard.inspect', `callboard.token.${token}`]);
        socket.on('open', () => resolve(socket.close()));
        socket.on('error', ({ message }) => resolve(Number(/\d{3}/.exec(message)?.[0])));
      });
    expect(await upgrade('key-that-reads')).toBeUndefined();
    expect(await upgrade('key%3Dthat%2Fwrites%28%2B%29')).toBe(403);
    expect(await upgrade('key%3Dthat%2Fwrites')).toBe(401);
    expect(await upgrade('%')).toBe(401);
    expect(await program.stop()).toBe(0);
  });

  test('commands take a login with --token', async () => {
    await using place = new Workspace();
    const program = place.run(runtime, config('https://127.0.0.1:9/'));
    const url = await program.ready();
    const command = async (...words: string[]) => {
      const made = place.start(runtime, [...words, '--url', url]);
      return { code: await made.ended, said: JSON.stringify(made.lines) + made.stderr };
    };
    const started = await command(
      'trigger',
      '--agent',
      'open',
      '--input',
      'hello',
      '--token',
      'key-of-everything',
    );
    expect(started).toMatchObject({ code: 0, said: expect.stringContaining('hello') });
    expect(await command('tasks')).toMatchObject({ code: 1, said: expect.stringContaining('--token') });
    expect(await command('trigger', '--agent', 'open', '--token', 'key-that-reads')).toMatchObject({
      code: 1,
      said: expect.stringContaining('has not the scope'),
    });
    expect(await program.stop()).toBe(0);
  });
});

// At once: most of the time is the server's least time between two fetches of keys.
describe.concurrent.each(runtimes)('under $name', { timeout: 90_000 }, (runtime) => {
  test('keys are rotated, and an endpoint that hangs locks out nobody who is known', async () => {
    const [first, second, unknown] = await Promise.all(
      ['ES256', 'ES256', 'ES256'].map((alg) => signingKey(alg)),
    );
    if (first === undefined || second === undefined || unknown === undefined) throw new Error('no keys');
    await using issuer = await tokenIssuer(first);
    await using place = new Workspace();
    const program = place.run(runtime, config(issuer.url));
    const url = await program.ready();
    const status = async (key: SigningKey) => {
      const headers = { authorization: `Bearer ${await sign(key, claims())}` };
      return (await fetch(`${url}/api/tasks`, { headers })).status;
    };
    // Never asked for before somebody comes with a token.
    expect(issuer.asked).toEqual([]);
    await expect.poll(() => status(first), { timeout: 20_000 }).toBe(200);
    issuer.keys = [second];
    await expect.poll(() => status(second), { timeout: 20_000 }).toBe(200);
    expect(await status(first)).toBe(401);
    issuer.mood = 'hangs';
    await expect.poll(() => status(unknown), { timeout: 20_000 }).toBe(503);
    // However many come, the endpoint is asked now and then.
    const before = issuer.asked.length;
    const many = await Promise.all(Array.from({ length: 20 }, () => status(unknown)));
    expect(new Set(many)).toEqual(new Set([503]));
    expect(issuer.asked.length - before).toBeLessThanOrEqual(1);
    expect(await status(second)).toBe(200);
    const call = await fetch(`${url}/webhooks/shut`, {
      method: 'POST',
      body: '1',
      headers: { authorization: `Bearer ${await sign(unknown, claims({ scope: 'write' }))}` },
    });
    expect([call.status, call.headers.get('retry-after')]).toEqual([503, '10']);
    expect(await program.stop()).toBe(0);
  });
});
