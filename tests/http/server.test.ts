import { connect, type Socket } from 'node:net';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { Program, runtimes } from '../support/program.ts';
import { startShort } from '../support/short-limits.ts';

const script = fileURLToPath(new URL('../support/short-limits.ts', import.meta.url));
const sockets: Socket[] = [];
const programs: Program[] = [];
afterAll(async () => {
  for (const socket of sockets) socket.destroy();
  await Promise.all(programs.map((program) => program.stop('SIGKILL')));
});

/** Under Node the server runs in the process of the test; Node 20 reads no TypeScript. */
async function start(name: 'node' | 'deno'): Promise<number> {
  if (name === 'node') return startShort();
  const command = runtimes.find((runtime) => runtime.name === name)?.command[0] ?? '';
  const program = new Program({ name, command: [command, 'run', '-A', script] }, [], { cwd: process.cwd() });
  programs.push(program);
  return Number((await program.message('ready')).port);
}

/** What is said to a client that sends `first`, then one byte every 50 ms until the server closes. */
function drip(port: number, first: string): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    sockets.push(socket);
    let said = '';
    socket.on('error', () => {});
    socket.on('data', (chunk) => {
      said += chunk.toString();
    });
    const pace = first === '' ? undefined : setInterval(() => socket.writable && socket.write('a'), 50);
    socket.on('close', () => {
      clearInterval(pace);
      resolve(said);
    });
    socket.write(first);
  });
}

const head = 'POST / HTTP/1.1\r\nHost: localhost\r\n';

describe.each(['node', 'deno'] as const)('under %s', (name) => {
  test('who drips, says nothing or stays idle is cut off, and others are served meanwhile', async () => {
    const port = await start(name);
    const slow = [
      drip(port, `${head}X-Drip: `),
      drip(port, `${head}Content-Length: 90\r\n\r\n`),
      drip(port, ''),
    ];
    const served = await fetch(`http://127.0.0.1:${port}/`, { method: 'POST', body: 'hello' });
    expect(await served.text()).toBe('took 5');
    for (const said of await Promise.all(slow)) expect(said).toMatch(/^HTTP\/1\.1 408 /);
    const extra = Array.from({ length: 40 }, () => connect(port, '127.0.0.1').on('error', () => {}));
    sockets.push(...extra);
    await expect.poll(() => extra.filter((socket) => socket.destroyed).length).toBeGreaterThanOrEqual(20);
  });

  test('who does not read an answer is cut off, who waits for one is not', async () => {
    const port = await start(name);
    const late = fetch(`http://127.0.0.1:${port}/late`);
    const unread = connect(port, '127.0.0.1').pause();
    sockets.push(unread);
    const cut = new Promise((resolve) => unread.on('error', () => {}).on('close', resolve));
    unread.write('GET /large HTTP/1.1\r\nHost: localhost\r\n\r\n');
    expect(await (await late).text()).toBe('late');
    // Only who reads again hears that the other side has gone.
    unread.resume();
    await cut;
    expect(unread.bytesRead).toBeLessThan(2 ** 25);
  });

  test.each([
    ['POST / HTTP/1.0\r\nContent-Length: 2\r\n\r\nhi', / 200 OK.*took 2/s],
    [
      'GET / HTTP/1.1\r\nHost: a b\r\nConnection: close\r\n\r\n',
      / 400 .*"detail":"The request cannot be read: /s,
    ],
    [
      'GET * HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n',
      / 400 .*"detail":"The request cannot be read: /s,
    ],
  ])('%j is answered, or told what is wrong with it', async (request, answer) => {
    const port = await start(name);
    const socket = connect(port, '127.0.0.1').setEncoding('utf8');
    sockets.push(socket);
    socket.write(request);
    let said = '';
    for await (const chunk of socket) said += chunk;
    expect(said).toMatch(answer);
  });
});
