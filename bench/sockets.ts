// How soon a healthy client is answered while others keep 2,000 idle connections, 200 that drip, and gzip bombs without
// end: a webhook that is committed and answered 200. Run after `npm run build`:
//   npx esbuild bench/sockets.ts --bundle --platform=node --format=esm | node --input-type=module
import { connect, type Socket } from 'node:net';
import { gzipSync } from 'node:zlib';
import { BenchFolder } from './support/program.ts';

const calls = 500;
const folder = new BenchFolder('agents: { open: { type: echo, trigger: { type: webhook, auth: none } } }\n');
const program = await folder.start();
const { url } = program;
const port = Number(new URL(url).port);

const before = program.residentMiB();
const idle = await Promise.all(Array.from({ length: 2_000 }, () => opened('')));
const begun = 'POST /webhooks/open HTTP/1.1\r\nHost: localhost\r\nX-Forwarded-For: 192.0.2.1\r\nX-Long: ';
const dripping = await Promise.all(Array.from({ length: 200 }, () => opened(begun)));
const drips = setInterval(() => {
  for (const socket of dripping) socket.write('a');
}, 100);
const bomb = gzipSync(Buffer.alloc(100 * 2 ** 20));
let bombs = 0;
let over = false;
const bombing = throwBombs();

const times: number[] = [];
for (let call = 0; call < calls; call += 1) {
  const started = performance.now();
  const answer = await fetch(`${url}/webhooks/open`, { method: 'POST', body: '1' });
  await answer.text();
  if (answer.status !== 200) throw new Error(`answered ${answer.status}`);
  times.push(performance.now() - started);
}
times.sort((a, b) => a - b);
const at = (share: number) => (times[Math.ceil(share * times.length) - 1] ?? 0).toFixed(1);
console.log(
  `${calls} healthy calls beside ${idle.length} idle and ${dripping.length} dripping connections and ${bombs} bombs of 100 MiB: median ${at(0.5)} ms, p99 ${at(0.99)} ms, slowest ${at(1)} ms`,
);
console.log(`memory ${before.toFixed(0)} MiB before, ${program.residentMiB().toFixed(0)} MiB after`);

over = true;
await bombing;
clearInterval(drips);
for (const socket of [...idle, ...dripping]) socket.destroy();
await program.stop();
folder.remove();

async function throwBombs(): Promise<void> {
  while (!over) {
    const headers = { 'content-encoding': 'gzip' };
    const answer = await fetch(`${url}/webhooks/open`, { method: 'POST', body: bomb, headers });
    await answer.text();
    if (answer.status !== 413) throw new Error(`a bomb was answered ${answer.status}`);
    bombs += 1;
  }
}

function opened(first: string): Promise<Socket> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.write(first);
      resolve(socket);
    });
    // The server closes what takes too long.
    socket.on('error', () => {});
  });
}
