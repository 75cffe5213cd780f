import { expect, test } from 'vitest';
import { Reloader } from '../../src/cli/reloader.ts';
import type { Diagnostic } from '../../src/config/diagnostics.ts';
import { Redactor } from '../../src/core/redact.ts';
import { JournalUnavailable } from '../../src/journal/errors.ts';
import type { Journal } from '../../src/journal/journal.ts';
import type { Plan } from '../../src/plan/plan.ts';
import { planOf, startedRuntime } from '../support/runtime.ts';

const one = 'agents: { a: { type: echo } }';
const two = 'agents: { a: { type: echo }, b: { type: echo } }';

/** A reloader over a runtime in memory; what it loads next is up to the test. */
async function reloading(
  options: { journal?: (journal: Journal) => Journal; renewTls?: () => object | undefined } = {},
) {
  const made = await startedRuntime(one, options);
  const next: { plan: Plan | undefined; diagnostics: Diagnostic[]; stamp: string } = {
    plan: planOf(two, made.clock),
    diagnostics: [],
    stamp: 'first',
  };
  const logged: string[] = [];
  const redactor = new Redactor();
  const at = (level: string) => (message: string) => void logged.push(redactor.text(`${level} ${message}`));
  const files = () => new Map(['/c.yaml', '/cert.pem', '/key.pem'].map((path) => [path, next.stamp]));
  const reloader = new Reloader({
    runtime: made.runtime,
    log: { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') },
    redactor,
    load: async () => ({ ...next, files: files() }),
    refuse: ({ agents }) => (agents.has('unfit') ? 'agent "unfit" needs a model' : undefined),
    files: files(),
    renewTls: () => options.renewTls?.(),
    onReloaded: () => void logged.push('in force'),
  });
  return { ...made, next, logged, reloader };
}

const problem = (severity: Diagnostic['severity'], message: string): Diagnostic => ({
  severity,
  file: 'c.yaml',
  line: 3,
  column: 5,
  message,
});

test('a plan is put into force, and its warnings are said', async () => {
  const { runtime, reloader, next, logged } = await reloading();
  next.diagnostics = [problem('warning', 'take care')];
  await reloader.reload('SIGHUP');
  expect([...runtime.plan.agents.keys()]).toEqual(['a', 'b']);
  expect(logged).toEqual(['warn c.yaml:3:5: warning: take care', 'in force', 'info config reloaded']);
  await runtime.stop();
});

test('a bad file and one that cannot run change nothing, and are not tried again until they change', async () => {
  const { runtime, clock, reloader, next, logged } = await reloading();
  next.plan = undefined;
  next.diagnostics = [problem('error', 'wrong'), problem('error', 'also wrong')];
  next.stamp = 'second';
  await reloader.reload('SIGHUP');
  expect(logged).toEqual([
    'error c.yaml:3:5: wrong',
    'error c.yaml:3:5: also wrong',
    'error config not reloaded: the one before stays in force',
  ]);
  expect(reloader.files.get('/c.yaml')).toBe('second');
  next.plan = planOf('agents: { unfit: { type: echo } }', clock);
  next.diagnostics = [];
  next.stamp = 'third';
  await reloader.reload('SIGHUP');
  expect(reloader.files.get('/c.yaml')).toBe('third');
  expect([...runtime.plan.agents.keys()]).toEqual(['a']);
  await runtime.stop();
});

test('what the journal kept from coming into force is tried again', async () => {
  let broken = true;
  const journal = (real: Journal): Journal => ({
    ...real,
    listTriggers: () =>
      broken ? Promise.reject(new JournalUnavailable('the disk is full')) : real.listTriggers(),
  });
  broken = false;
  const { runtime, reloader, next, logged } = await reloading({ journal });
  broken = true;
  next.stamp = 'second';
  await reloader.reload('a file has changed');
  expect(logged).toEqual(['error config not reloaded: the one before stays in force']);
  expect(reloader.files.get('/c.yaml')).toBe('first');
  broken = false;
  await reloader.reload('a file has changed');
  expect(reloader.files.get('/c.yaml')).toBe('second');
  expect([...runtime.plan.agents.keys()]).toEqual(['a', 'b']);
  await runtime.stop();
});

test('a secret that is new in the file is in no line about that file', async () => {
  const { runtime, clock, reloader, next, logged } = await reloading();
  next.plan = planOf(
    'agents: { a: { type: echo, trigger: { type: webhook, secret: "a-new-secret" } } }',
    clock,
  );
  next.diagnostics = [problem('warning', 'a-new-secret is short')];
  await reloader.reload('SIGHUP');
  expect(logged[0]).toBe('warn c.yaml:3:5: warning: [redacted] is short');
  await runtime.stop();
});

test('another certificate is told of, also beside a bad file, and one that cannot be used is refused alone', async () => {
  const found = [{ subject: 'CN=new' }, undefined, new Error('no pair')];
  const renewTls = () => {
    const next = found.shift();
    if (next instanceof Error) throw next;
    return next;
  };
  const { runtime, reloader, next, logged } = await reloading({ renewTls });
  next.plan = undefined;
  await reloader.reload('SIGHUP');
  expect(logged.splice(0)).toEqual([
    'info certificate renewed',
    'error config not reloaded: the one before stays in force',
  ]);
  next.plan = runtime.plan;
  await reloader.reload('SIGHUP');
  await reloader.reload('SIGHUP');
  expect(logged).toEqual([
    'in force',
    'info config reloaded',
    'error certificate not renewed: the one before stays in use',
    'in force',
    'info config reloaded',
  ]);
  await runtime.stop();
});
