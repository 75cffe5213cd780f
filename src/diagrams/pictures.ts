// Diagrams as SVG, drawn in a thread of their own: a layout computes for a second, and the work must not wait for it.
// The memory that it took goes with the thread.
import { Worker } from 'node:worker_threads';
import type { Diagram } from './diagram.ts';

// From a clone the thread runs the source; beside it in dist/ lies its bundle.
const body = new URL(`./layout-thread${import.meta.url.endsWith('.ts') ? '.ts' : '.js'}`, import.meta.url);

/**
 * Draws each diagram as `svgOf` would.
 * @throws {Error} where a diagram has no layout, or the thread could not run.
 */
export function drawApart(diagrams: readonly Diagram[]): Promise<readonly string[]> {
  return new Promise((resolve, reject) => {
    const thread = new Worker(body, { workerData: diagrams });
    thread.once('message', resolve);
    thread.once('error', reject);
    thread.once('exit', (code) => reject(new Error(`the thread that draws ended with ${code}`)));
  });
}
