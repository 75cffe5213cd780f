// The body of the thread that draws pictures: see `pictures.ts`.
import { parentPort, workerData } from 'node:worker_threads';
import { layOut } from './layout.ts';
import { svgOf } from './svg.ts';

parentPort?.postMessage((await layOut(workerData)).map(svgOf));
