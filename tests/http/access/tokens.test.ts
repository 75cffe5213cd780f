import { generateKeyPairSync } from 'node:crypto';
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { Access, recheckInterval } from '../../../src/http/access/access.ts';
import { cooldown, maxAge, patience } from '../../../src/http/access/key-set.ts';
import { Tokens } from '../../../src/http/access/tokens.ts';
import type { AuthPlan } from '../../../src/plan/plan.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { recordingServer } from '../../support/recording-server.ts';
import {
  type SigningKey,
  sign,
  signingKey,
  type TokenIssuer,
  tokenIssuer,
} from '../../support/token-issuer.ts';

let first: SigningKey;
let second: SigningKey;
let issuer: TokenIssuer;
let clock: FakeClock;
let tokens: Tokens;
let logged: string[];

const log = () => {
  const write = (message: string, fields?: object) =>
    void logged.push(`${message} ${JSON.stringify(fields)}`);
  return { debug: write, info: write, warn: write, error: write };
};

beforeAll(async () => {
  [first, second] = await Promise.all([signingKey('ES256'), signingKey('ES256')]);
});

beforeEach(async () => {
  issuer = await tokenIssuer(first);
  clock = new FakeClock();
  logged = [];
  tokens = new Tokens({ clock, log: log() });
});

afterEach(() => issuer[Symbol.asyncDispose]());

const open = { issuer: undefined, audience: undefined };
const inSeconds = (seconds: number) => clock.now() / 1_000 + seconds;

/** What becomes of a token that `key` signs now, good for a day. */
async function judged(key: SigningKey): Promise<string> {
  const token = await sign(key, { exp: inSeconds(86_400) });
  return (await tokens.judge(token, issuer.url, open)).kind;
}

/** The same, for a token that has the keys asked for; an endpoint that hangs is given up. */
async function judgedAnew(key: SigningKey): Promise<string> {
  const asked = issuer.asked.length;
  let settled = false;
  const work = judged(key).finally(() => {
    settled = true;
  });
  await expect.poll(() => issuer.asked.length).toBe(asked + 1);
  if (issuer.mood === 'hangs') {
    await clock.advance(patience - 1);
    expect(settled).toBe(false);
    await clock.advance(1);
  }
  return work;
}

test('keys are fetched with the first token that may be good, and kept', async () => {
  const header = Buffer.from('{"alg":"HS256"}').toString('base64url');
  for (const token of ['a.b.c', `${header}.e30.AA`])
    expect(await tokens.judge(token, issuer.url, open)).toMatchObject({ kind: 'refused' });
  expect(issuer.asked).toEqual([]);
  expect([await judged(first), await judged(first)]).toEqual(['known', 'known']);
  expect(issuer.asked).toHaveLength(1);
});

test('a new key is known with the first token that it signs, and a made-up one costs no fetch each time', async () => {
  await judged(first);
  issuer.keys = [first, second];
  expect(await judged(second)).toBe('refused');
  await clock.advance(cooldown);
  expect(await judged(second)).toBe('known');
  const other = await signingKey('ES256');
  const asked = issuer.asked.length;
  await clock.advance(cooldown);
  expect(await Promise.all(Array.from({ length: 10 }, () => judged(other)))).toEqual(
    Array.from({ length: 10 }, () => 'refused'),
  );
  expect(issuer.asked.length - asked).toBe(1);
});

test('a key that was withdrawn is forgotten after a while', async () => {
  await judged(first);
  issuer.keys = [second];
  await clock.advance(maxAge - 1);
  expect(await judged(first)).toBe('known');
  await clock.advance(1);
  expect(await judged(first)).toBe('refused');
});

describe('without kid', () => {
  test('any key of its kind may have signed', async () => {
    const [one, two, three] = await Promise.all(
      [1, 2, 3].map(async () => ({ ...(await signingKey('ES256')), kid: undefined })),
    );
    if (one === undefined || two === undefined || three === undefined) throw new Error('no keys');
    issuer.keys = [one, two];
    expect([await judged(one), await judged(two), await judged(three)]).toEqual([
      'known',
      'known',
      'refused',
    ]);
  });

  test('a key that cannot be used keeps no other one from it', async () => {
    const good = { ...(await signingKey('RS256')), kid: undefined };
    const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 1024 });
    const short = { ...good, jwk: { ...publicKey.export({ format: 'jwk' }), alg: 'RS256' } };
    issuer.keys = [short, good];
    expect(await judged(good)).toBe('known');
  });

  test('a key that cannot be used, alone in its set, has the keys asked for anew', async () => {
    const good = { ...(await signingKey('RS256')), kid: undefined };
    const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 1024 });
    issuer.keys = [{ ...good, jwk: { ...publicKey.export({ format: 'jwk' }), alg: 'RS256' } }];
    expect(await judged(good)).toBe('refused');
    issuer.keys = [good];
    await clock.advance(cooldown);
    expect(await judged(good)).toBe('known');
  });

  test('a new key is found by its signature', async () => {
    const [old, fresh] = await Promise.all([signingKey('ES256', ''), signingKey('ES256', '')]);
    issuer.keys = [old];
    await judged(old);
    issuer.keys = [fresh];
    await clock.advance(cooldown);
    expect(await judged(fresh)).toBe('known');
  });
});

describe.each(['fails', 'hangs'] as const)('while the endpoint %s', (mood) => {
  test('known keys go on, at once, and unknown ones cannot be told', async () => {
    await judged(first);
    issuer.mood = mood;
    await clock.advance(cooldown);
    expect(await judgedAnew(second)).toBe('unavailable');
    // Within the cooldown nobody waits at all.
    expect([await judged(second), await judged(first)]).toEqual(['unavailable', 'known']);
    // Nor when the keys are old: they are asked for behind the callers.
    await clock.advance(maxAge);
    expect(await judged(first)).toBe('known');
    issuer.mood = 'answers';
    issuer.keys = [first, second];
    const later = async () => {
      await clock.advance(patience);
      return judged(second);
    };
    await expect.poll(later).toBe('known');
  });

  test('old keys hold a caller once', async () => {
    await judged(first);
    issuer.mood = mood;
    await clock.advance(maxAge);
    expect(await judgedAnew(first)).toBe('known');
    const asked = issuer.asked.length;
    expect(await judged(first)).toBe('known');
    expect(issuer.asked.length).toBe(asked);
  });

  test('nobody is let in whose key was never known', async () => {
    issuer.mood = mood;
    expect(await judgedAnew(first)).toBe('unavailable');
    expect(logged.join()).toContain(
      mood === 'hangs' ? `no whole answer within ${patience} ms` : 'answered 500',
    );
  });
});

test('a redirect is not followed', async () => {
  await using elsewhere = await recordingServer();
  issuer.mood = { redirects: elsewhere.url };
  expect(await judged(first)).toBe('unavailable');
  expect(elsewhere.requests).toEqual([]);
});

test.each([
  ['no JSON', 'hello'],
  ['no key set', '{"keys": 1}'],
  ['endless', `{"keys": [], "more": "${'x'.repeat(300_000)}"}`],
])('an answer that is %s is no key set', async (_what, body) => {
  await using server = await recordingServer(() => ({ status: 200, body }));
  const token = await sign(first, { exp: inSeconds(60) });
  expect(await tokens.judge(token, server.url, open)).toMatchObject({ kind: 'unavailable' });
});

test.each([
  [{}, ['read']],
  [{ scope: 'read' }, ['read']],
  [{ scope: 'write read openid' }, ['read', 'write']],
  [{ scp: ['write', 7] }, ['write']],
  [{ scope: 'openid', scp: 'read' }, ['read']],
  [{ scope: '' }, []],
  [{ scope: 'readwrite callboard:write' }, []],
  [{ scope: { read: true } }, []],
])('%j may %j', async (claims, scopes) => {
  const token = await sign(first, { ...claims, exp: inSeconds(60) });
  expect(await tokens.judge(token, issuer.url, open)).toEqual({ kind: 'known', scopes });
});

describe('what stays open', () => {
  const auth = (apiKeys: AuthPlan['apiKeys'] = []): AuthPlan => ({ ...open, jwksUrl: issuer.url, apiKeys });

  test('ends when its token expires, not when the keys cannot be had', async () => {
    const access = new Access({ auth: () => auth(), token: () => 'local', clock, log: log() });
    const bearer = await sign(first, { exp: inSeconds(100) });
    const credentials = { bearer, apiKey: undefined };
    expect(await access.judge(credentials, 'read')).toEqual({ kind: 'granted' });
    issuer.mood = 'fails';
    let lost = 0;
    access.watch(credentials, 'read', () => {
      lost += 1;
    });
    // A signature takes real time: the clock waits for each look to end.
    const looks = async (count: number) => {
      for (let look = 0; look < count; look += 1) {
        await clock.advance(recheckInterval);
        await expect.poll(() => clock.pending + lost, { timeout: 10_000 }).toBe(1);
      }
    };
    await looks(Math.floor(100_000 / recheckInterval));
    expect(lost).toBe(0);
    await looks(2);
    expect([lost, clock.pending]).toEqual([1, 0]);
  });

  test('ends when its key leaves the file, and is not looked at after its end', async () => {
    const hash = 'a8cfcd74832004951b4408cdb0a5dbcd8c7e52d43f7fe244bf720582e05241da';
    let inForce = auth([{ name: 'one', sha256: hash, scopes: ['read'] }]);
    const access = new Access({ auth: () => inForce, token: () => 'local', clock, log: log() });
    const credentials = { bearer: undefined, apiKey: 'John' };
    const lost: string[] = [];
    access.watch(credentials, 'read', () => lost.push('watched'));
    access.watch(credentials, 'read', () => lost.push('ended'))();
    await clock.advance(60_000);
    expect(lost).toEqual([]);
    inForce = auth();
    await clock.advance(20_000);
    expect(lost).toEqual(['watched']);
  });
});
