// Which web pages may use the API and the live machines of the real program.
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { runtimes, Workspace } from '../support/program.ts';

const listed = 'https://app.example.com';

const config = (cors: string) => `
server: { ${cors} }
agents: { hello: { type: echo, trigger: { type: webhook, auth: none } } }
`;

describe.each(runtimes)('under $name', (runtime) => {
  test('pages of listed origins are let in with a token, and told so by CORS; others never', async () => {
    await using place = new Workspace();
    const program = place.run(runtime, config(`cors: { origins: ["${listed}"] }`));
    const url = await program.ready();
    const token = readFileSync(place.tokenPath, 'utf8').trim();
    const authorization = `Bearer ${token}`;
    const ask = async (path: string, headers: Record<string, string>, method = 'GET') => {
      const { status, headers: got } = await fetch(`${url}${path}`, { method, headers });
      return [status, got.get('access-control-allow-origin')];
    };
    const preflight = await fetch(`${url}/api/tasks`, {
      method: 'OPTIONS',
      headers: {
        origin: listed,
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'authorization,content-type',
      },
    });
    expect(preflight.status).toBe(204);
    expect(Object.fromEntries(preflight.headers)).toMatchObject({
      'access-control-allow-origin': listed,
      'access-control-allow-methods': 'GET,POST',
      'access-control-allow-headers': expect.stringMatching(/Authorization,Content-Type/),
      vary: expect.stringContaining('Origin'),
    });
    expect(await ask('/api/tasks', { origin: listed, authorization })).toEqual([200, listed]);
    // The page is told that it was refused, and why.
    expect(await ask('/api/tasks', { origin: listed })).toEqual([401, listed]);
    expect(await ask('/api/tasks', { origin: url, authorization })).toEqual([200, null]);
    expect(await ask('/api/tasks', { authorization })).toEqual([200, null]);
    for (const origin of ['https://evil.example', 'https://app.example.com.evil.example', 'null', '']) {
      expect(await ask('/api/tasks', { origin, authorization })).toEqual([403, null]);
      expect(await ask('/api/tasks', { origin }, 'OPTIONS')).toEqual([403, null]);
      expect(await ask('/inspect', { origin })).toEqual([403, null]);
    }
    expect(await ask('/inspect', {})).toEqual([200, null]);
    expect(await ask('/inspect/', {})).toEqual([200, null]);
    const upgrade = (origin: string) =>
      new Promise((resolve) => {
        const socket = new WebSocket(`${url.replace(/^http/, 'ws')}/inspect/socket`, {
          headers: { origin, authorization },
        });
        socket.on('open', () => resolve(socket.close()));
        socket.on('error', ({ message }) => resolve(message));
      });
    expect(await upgrade(listed)).toBeUndefined();
    expect(await upgrade('https://evil.example')).toContain('403');
    expect(await program.stop()).toBe(0);
  });

  test('without server.cors no other origin is let in', async () => {
    await using place = new Workspace();
    const program = place.run(runtime, config(''));
    const url = await program.ready();
    const authorization = `Bearer ${readFileSync(place.tokenPath, 'utf8').trim()}`;
    const answer = await fetch(`${url}/api/tasks`, { headers: { origin: listed, authorization } });
    expect(answer.status).toBe(403);
    expect(await program.stop()).toBe(0);
  });
});
