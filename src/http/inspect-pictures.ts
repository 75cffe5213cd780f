// The pictures of the machines, drawn when somebody first asks and then kept.
import { chartDiagram } from '../diagrams/chart-diagram.ts';
import { drawApart } from '../diagrams/pictures.ts';
import { chartOf, machines } from '../runtime/charts.ts';

let drawing: Promise<Readonly<Record<string, string>>> | undefined;

/** SVG by the id of the machine. */
export function machinePictures(): Promise<Readonly<Record<string, string>>> {
  drawing ??= draw();
  // The next one who asks tries again.
  drawing.catch(() => {
    drawing = undefined;
  });
  return drawing;
}

async function draw(): Promise<Readonly<Record<string, string>>> {
  const drawn = await drawApart(machines.map((machine) => chartDiagram(chartOf(machine))));
  return Object.fromEntries(machines.map(({ id }, index) => [id, drawn[index] ?? '']));
}
