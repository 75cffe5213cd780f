// How long a start takes until it is ready, and what Callboard weighs after 15 idle seconds. Run after `npm run build`:
//   npx esbuild bench/start.ts --bundle --platform=node --format=esm | node --input-type=module
import { BenchFolder } from './support/program.ts';

const runs = 3;
/** Nothing comes due while it is weighed. */
const idle = `
agents:
  hello:
    type: echo
    triggers:
      - { type: webhook, auth: none }
      - { type: schedule, cron: '0 3 1 1 *' }
    notifications:
      - { id: notes, url: 'http://127.0.0.1:1/', events: [task.failed] }
`;
const times: number[] = [];
const sizes: number[] = [];
for (let run = 0; run < runs; run += 1) {
  const folder = new BenchFolder(idle);
  const started = performance.now();
  const program = await folder.start();
  times.push(performance.now() - started);
  await new Promise((resolve) => setTimeout(resolve, 15_000));
  sizes.push(program.residentMiB());
  await program.stop();
  folder.remove();
}
const middle = (numbers: number[]) => [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? 0;
console.log(
  `ready after ${middle(times).toFixed(0)} ms (median of ${runs}: ${times.map((time) => time.toFixed(0)).join(', ')})`,
);
console.log(
  `idle at ${middle(sizes).toFixed(0)} MiB RSS (${sizes.map((size) => size.toFixed(0)).join(', ')})`,
);
