// HTTPS on the real program: certificates that are renewed while it runs, and pairs that are none.
import { execFileSync } from 'node:child_process';
import { copyFileSync, readFileSync } from 'node:fs';
import { request } from 'node:https';
import { join } from 'node:path';
import { TLSSocket } from 'node:tls';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { runtimes, Workspace } from '../support/program.ts';

let place: Workspace;

const openssl = (...args: readonly string[]) =>
  execFileSync('openssl', args, { cwd: place.folder, stdio: 'ignore' });

beforeEach(() => {
  place = new Workspace();
  for (const name of ['first', 'second']) {
    const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2'];
    const files = ['-subj', `/CN=${name}.example`, '-keyout', `${name}-key.pem`, '-out', `${name}.pem`];
    openssl('req', '-x509', ...key, ...files);
  }
  openssl('ec', '-in', 'first-key.pem', '-aes128', '-passout', 'pass:x', '-out', 'locked-key.pem');
});

afterEach(() => place.close());

/** What the program will find as its certificate and its key. */
function put(files: { readonly cert?: string; readonly key?: string }): void {
  for (const [name, file] of Object.entries(files))
    copyFileSync(join(place.folder, file), join(place.folder, `${name}.pem`));
}

/** The status of `/health` on a connection of its own, and whose certificate it showed. */
function health(url: string): Promise<readonly [number | undefined, unknown]> {
  return new Promise((resolve, reject) => {
    const asked = request(`${url}/health`, { rejectUnauthorized: false, agent: false }, (answer) => {
      answer.resume();
      const { socket, statusCode } = answer;
      resolve([statusCode, socket instanceof TLSSocket ? socket.getPeerCertificate().subject.CN : undefined]);
    });
    asked.on('error', reject);
    asked.end();
  });
}

const config = `
server: { tls: { cert_file: cert.pem, key_file: key.pem } }
agents: { a: { type: echo } }
`;

describe.each(runtimes)('under $name', { timeout: 60_000 }, (runtime) => {
  test('a renewed certificate is taken, and one that does not fit its key is refused while the old one stays', async () => {
    put({ cert: 'first.pem', key: 'first-key.pem' });
    const file = place.write('callboard.yaml', config);
    const program = place.start(runtime, [file, '--port', '0', '--watch', '--log-format', 'json']);
    const url = await program.ready();
    expect(url).toMatch(/^https:/);
    expect(await health(url)).toEqual([200, 'first.example']);

    put({ cert: 'second.pem' });
    expect(await program.message('certificate not renewed: the one before stays in use')).toMatchObject({
      level: 'error',
      error: expect.stringMatching(/^Cannot serve TLS: .*key\.pem is not the key of .*cert\.pem$/),
    });
    expect(await health(url)).toEqual([200, 'first.example']);

    put({ key: 'second-key.pem' });
    expect(await program.message('certificate renewed')).toMatchObject({
      subject: expect.stringContaining('CN=second.example'),
      until: expect.any(String),
    });
    expect(await health(url)).toEqual([200, 'second.example']);
    expect(await program.stop()).toBe(0);
  });

  test('a call that offers another protocol is served as if it had not, and pages without TLS are foreign', async () => {
    put({ cert: 'first.pem', key: 'first-key.pem' });
    const program = place.run(
      runtime,
      `${config.trim()}\n`.replace('echo', 'echo, trigger: { type: webhook, auth: none }'),
    );
    const url = await program.ready();
    const authorization = `Bearer ${readFileSync(place.tokenPath, 'utf8').trim()}`;
    const ask = (path: string, headers: Record<string, string>, body?: string) =>
      new Promise<readonly [number | undefined, string]>((resolve, reject) => {
        const options = { method: body === undefined ? 'GET' : 'POST', headers, rejectUnauthorized: false };
        const asked = request(`${url}${path}`, { ...options, agent: false }, (answer) => {
          let text = '';
          answer.on('data', (chunk) => {
            text += String(chunk);
          });
          answer.on('end', () => resolve([answer.statusCode, text]));
        });
        asked.on('error', reject);
        asked.end(body);
      });
    const offer = { Connection: 'Upgrade, HTTP2-Settings', Upgrade: 'h2c', 'HTTP2-Settings': 'AAMAAABk' };
    expect(await ask('/webhooks/a', offer, '"hi there"')).toEqual([200, expect.stringContaining('hi there')]);
    const origins = [url, url.replace('https', 'http')];
    const asPage = (origin: string) => ask('/api/tasks', { authorization, origin });
    expect((await Promise.all(origins.map(asPage))).map(([status]) => status)).toEqual([200, 403]);
    expect(await program.stop()).toBe(0);
  });

  test.each([
    ['another key', 'first.pem', 'second-key.pem', /key\.pem is not the key of .*cert\.pem\n$/],
    ['no certificate', 'callboard.yaml', 'first-key.pem', /cert\.pem is no certificate: /],
    ['no key', 'first.pem', 'callboard.yaml', /key\.pem is no private key: /],
    [
      'a locked key',
      'first.pem',
      'locked-key.pem',
      /key\.pem is protected by a passphrase: give one that is not\n$/,
    ],
  ])('does not start with %s', async (_what, cert, key, said) => {
    const file = place.write('callboard.yaml', config);
    put({ cert, key });
    const program = place.start(runtime, [file, '--port', '0']);
    expect(await program.ended).toBe(1);
    expect(program.stderr).toMatch(said);
  });
});
