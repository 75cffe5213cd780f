// `callboard graph`: the wiring of a file, and the machines that run it, as text or as pictures.
import { Redactor } from '../../core/redact.ts';
import { chartDiagram } from '../../diagrams/chart-diagram.ts';
import { flowchart } from '../../diagrams/flowchart.ts';
import { layOut } from '../../diagrams/layout.ts';
import { sheetOf } from '../../diagrams/sheet.ts';
import { stateDiagram } from '../../diagrams/state-diagram.ts';
import { type Wiring, wiringOf } from '../../diagrams/wiring.ts';
import { wiringDiagram } from '../../diagrams/wiring-diagram.ts';
import { chartOf, definitionOf, machines } from '../../runtime/charts.ts';
import type { Io } from '../io.ts';
import { readPlan } from '../read-plan.ts';

export interface GraphOptions {
  readonly file?: string | undefined;
  /** Default `mermaid`. */
  readonly format?: 'mermaid' | 'json' | 'svg' | undefined;
  /** `wiring`, or the id of a machine; default all. */
  readonly only?: string | undefined;
  readonly envFile?: string | undefined;
}

/** What there is to draw, under the name that `--only` knows it by. */
type Subject =
  | { readonly name: 'wiring'; readonly wiring: Wiring }
  | { readonly name: string; readonly machine: (typeof machines)[number] };

/** Prints to standard output. Exit code 2 where the file is wrong or has nothing of that name. */
export async function graph(options: GraphOptions, io: Io): Promise<number> {
  const read = await readPlan(options, io);
  if (read === undefined) return 2;
  const { plan } = read;
  const redactor = new Redactor();
  redactor.add(plan.secrets);
  const all: readonly Subject[] = [
    { name: 'wiring', wiring: wiringOf(plan, (text) => redactor.text(text)) },
    ...machines.map((machine) => ({ name: machine.id, machine })),
  ];
  const subjects = all.filter(({ name }) => options.only === undefined || name === options.only);
  if (subjects.length === 0) {
    const names = all.map(({ name }) => name).join(', ');
    io.stderr.write(`callboard: --only is "${options.only}" instead of ${names}\n`);
    return 2;
  }
  io.stdout.write(await printed(subjects, options));
  return 0;
}

async function printed(subjects: readonly Subject[], { format, only }: GraphOptions): Promise<string> {
  switch (format) {
    case 'json':
      return asJson(subjects, only);
    case 'svg':
      return sheetOf(await layOut(subjects.map(diagramOf)));
    default:
      return asMermaid(subjects, only);
  }
}

function diagramOf(subject: Subject) {
  return 'wiring' in subject ? wiringDiagram(subject.wiring) : chartDiagram(chartOf(subject.machine));
}

/** One subject alone is the bare text that Mermaid's tools read; several are Markdown. */
function asMermaid(subjects: readonly Subject[], only: string | undefined): string {
  const texts = subjects.map((subject) => ({
    title: diagramOf(subject).title,
    text: 'wiring' in subject ? flowchart(diagramOf(subject)) : stateDiagram(chartOf(subject.machine)),
  }));
  if (only !== undefined) return texts.map(({ text }) => text).join('');
  return texts.map(({ title, text }) => `## ${title}\n\n\`\`\`mermaid\n${text}\`\`\`\n`).join('\n');
}

/** One subject alone is its own JSON, so that a machine can be taken to Stately's editor as it is. */
function asJson(subjects: readonly Subject[], only: string | undefined): string {
  const [first] = subjects;
  const whole =
    only !== undefined && first !== undefined
      ? dataOf(first)
      : Object.fromEntries(subjects.map((subject) => [subject.name, dataOf(subject)]));
  return `${JSON.stringify(whole, null, 2)}\n`;
}

function dataOf(subject: Subject): unknown {
  return 'wiring' in subject ? subject.wiring : definitionOf(subject.machine);
}
