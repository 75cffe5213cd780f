// The body of the thread that draws pictures; built to dist/layout-thread.js. See `pictures.ts`.
import { parentPort, workerData } from 'node:worker_threads';
import type { Diagram } from './diagram.ts';
import { layOut } from './layout.ts';
import { svgOf } from './svg.ts';

const diagrams: readonly Diagram[] = workerData;
parentPort?.postMessage((await layOut(diagrams)).map(svgOf));
