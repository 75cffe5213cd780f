// `callboard graph` of the real program: what it prints is read by the programs that it is for.
import { execFile } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createMachine } from 'xstate';
import { hasBrowser, openBrowser } from '../support/browser.ts';
import { type RuntimeUnderTest, runtimes, Workspace } from '../support/program.ts';

const config = `
name: "nasty ; # names"
agents:
  end:
    description: '"; click end x <b>&amp;</b>'
    type: command
    command: [sh, -c, 'exit planted-secret-2']
    triggers:
      - { id: state, type: schedule, cron: "*/5 * * * 1-5", timezone: Europe/Berlin }
      - { id: flowchart, type: webhook, path: "/webhooks/a;b!$(c)~'d,_e_", secret: planted-secret-3 }
    notifications:
      - { id: end, url: "https://u:planted-secret-4@in.example/planted-secret-5?k=planted-secret-6", headers: { X-Key: planted-secret-7 }, events: [task.failed] }
  graph: { type: command, command: ['\`<b>&amp;"]|#\`'], trigger: { type: webhook, auth: none } }
`;

const machineIds = [
  'runtime',
  'agent',
  'schedule',
  'webhook',
  'taskSupervisor',
  'task',
  'aftermath',
  'dispatcher',
  'deliverySupervisor',
  'endpoint',
  'delivery',
];

let place: Workspace;

beforeAll(() => {
  place = new Workspace();
  place.write('callboard.yaml', config);
});

afterAll(() => place.close());

interface Printed {
  readonly code: unknown;
  readonly stdout: string;
  readonly stderr: string;
}

function callboard({ command }: RuntimeUnderTest, ...args: readonly string[]): Promise<Printed> {
  const [program, ...first] = command;
  return new Promise((resolve) => {
    execFile(program, [...first, ...args], { cwd: place.folder }, (error, stdout, stderr) =>
      resolve({ code: error === null ? 0 : error.code, stdout, stderr }),
    );
  });
}

/** What `graph` prints of the file above. */
async function graph(runtime: RuntimeUnderTest, ...args: readonly string[]): Promise<string> {
  const { stdout, ...rest } = await callboard(runtime, 'graph', 'callboard.yaml', ...args);
  expect(rest).toEqual({ code: 0, stderr: '' });
  return stdout;
}

describe.each(runtimes)('under $name', (runtime) => {
  test('as Mermaid: Markdown with every diagram, or one alone', async () => {
    const all = await graph(runtime);
    expect(all.match(/^```mermaid$/gm)).toHaveLength(machineIds.length + 1);
    expect(all).not.toContain('planted');
    const task = await graph(runtime, '--only', 'task');
    expect(task).toMatch(/^stateDiagram-v2\n/);
    expect(all).toContain(task);
  });

  test('as JSON: the wiring and every machine, as XState reads it', async () => {
    const text = await graph(runtime, '--format', 'json');
    expect(text).not.toContain('planted');
    const { wiring, ...definitions } = JSON.parse(text);
    expect(Object.keys(definitions)).toEqual(machineIds);
    expect(wiring.agents).toHaveLength(2);
    const task = JSON.parse(await graph(runtime, '--format', 'json', '--only', 'task'));
    expect(task).toEqual(definitions.task);
    expect(Object.keys(createMachine(task).states)).toContain('recording');
  });

  test('as SVG: one sheet', async () => {
    const sheet = await graph(runtime, '--format', 'svg');
    expect(sheet).not.toContain('planted');
    expect(sheet.match(/class="diagram"/g)).toHaveLength(machineIds.length + 1);
  });

  test('a wrong name is answered with the right ones, a wrong file with its problems', async () => {
    const wrong = await callboard(runtime, 'graph', 'callboard.yaml', '--only', 'tasks');
    expect(wrong).toMatchObject({ code: 2, stdout: '' });
    expect(wrong.stderr).toContain('--only is "tasks" instead of wiring, runtime, agent');
    place.write('bad.yaml', 'agents: { a: { typ: echo } }\n');
    const bad = await callboard(runtime, 'graph', 'bad.yaml');
    expect(bad).toMatchObject({ code: 2, stdout: '' });
    expect(bad.stderr).toContain('bad.yaml:1:16: unknown key "typ"');
  });
});

describe.skipIf(!hasBrowser)('in a browser (skipped where Chromium is not installed)', () => {
  test('Mermaid draws every diagram, and Chromium the sheet', async () => {
    const [runtime] = runtimes;
    if (runtime === undefined) throw new Error('no runtime to test under');
    const texts = (await graph(runtime))
      .split('```')
      .flatMap((part) => /^mermaid\n(.*)$/s.exec(part)?.[1] ?? []);
    const sheet = await graph(runtime, '--format', 'svg');
    await using browser = await openBrowser();
    const page = await browser.newPage();
    await page.addScriptTag({
      path: join(dirname(createRequire(import.meta.url).resolve('mermaid')), 'mermaid.min.js'),
    });
    const draw = (text: string) =>
      page.evaluate(
        `mermaid.render('picture', ${JSON.stringify(text)}).then(({ svg }) => svg, (error) => 'error: ' + error)`,
      );
    const drawn: unknown[] = [];
    for (const text of texts) drawn.push(await draw(text));
    expect(drawn.map((svg) => /^<svg/.test(String(svg)) || svg)).toEqual(
      Array(machineIds.length + 1).fill(true),
    );
    // What could have meant something to Mermaid is shown as it is.
    for (const shown of [
      "POST /webhooks/a;b!$(c)~'d,_e_",
      'command: `&lt;b&gt;&amp;amp;"]|#`',
      '*/5 * * * 1-5 (Europe/Berlin)',
    ])
      expect(String(drawn[0])).toContain(shown);
    expect(await draw('stateDiagram-v2\n  a ---> ((')).toMatch(/^error: /);
    const size = await page.evaluate(
      `(async () => { const image = new Image(); image.src = URL.createObjectURL(new Blob([${JSON.stringify(sheet)}], { type: 'image/svg+xml' })); await image.decode(); return image.naturalWidth; })()`,
    );
    expect(size).toBeGreaterThan(1_000);
  }, 90_000);
});
