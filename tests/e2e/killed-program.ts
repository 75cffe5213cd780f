// A small program that embeds Callboard, to be killed: it takes tasks one after another and prints `accepted ID` once
// each is committed. Arguments: the config, the data folder, how many tasks, and `hold` to settle no delivery but print
// `settling ID`.
import process from 'node:process';
import {
  type Journal,
  loadPlan,
  openSqliteJournal,
  Redactor,
  Runtime,
  SystemClock,
  systemRandom,
} from '../../mod.ts';

const [, , path = '', data = '', tasks = '0', hold] = process.argv;
const clock = new SystemClock();
const { plan, diagnostics } = await loadPlan({ path, data, cwd: '/', environment: {}, clock });
if (plan === undefined) throw new Error(JSON.stringify(diagnostics));
const silent = () => {};
const log = {
  debug: silent,
  info: silent,
  warn: silent,
  error: (message: string) => say(`error ${message}`),
};

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

function holding(journal: Journal): Journal {
  return {
    ...journal,
    settleDelivery: ({ id }) => {
      say(`settling ${id}`);
      return new Promise(() => {});
    },
  };
}

const runtime = new Runtime({
  plan,
  clock,
  random: systemRandom,
  log,
  redactor: new Redactor(),
  openJournal: async () => {
    const journal = await openSqliteJournal({ path: plan.journal.path, clock });
    return hold === 'hold' ? holding(journal) : journal;
  },
});
await runtime.start();
say('running');
process.on('SIGTERM', () => void runtime.stop().then(() => process.exit(0)));
for (let count = 0; count < Number(tasks); count += 1) {
  const { id } = await runtime.operations.startTask('one', 'hello');
  say(`accepted ${id}`);
}
