// `callboard run`: everything at once, until a signal says stop.
import { dirname, resolve } from 'node:path';
import { errorMessage } from '../../core/failure.ts';
import { configureLog, type LogFormat, type LogLevel } from '../../core/log.ts';
import { systemRandom } from '../../core/random.ts';
import { Redactor } from '../../core/redact.ts';
import { noTracer } from '../../core/trace.ts';
import { version } from '../../core/version.ts';
import { Access } from '../../http/access/access.ts';
import { serveInspectSocket } from '../../http/inspect-socket.ts';
import { createListener } from '../../http/listener.ts';
import { LocalToken } from '../../http/local-token.ts';
import { type Listening, listen } from '../../http/server.ts';
import { Vitals } from '../../http/vitals.ts';
import type { InspectorFeed } from '../../inspection/feed.ts';
import { openSqliteJournalThread } from '../../journal/sqlite/thread/open.ts';
import { RuntimeMetrics } from '../../observability/metrics.ts';
import { modelChoices } from '../../plan/llms.ts';
import { loadPlan } from '../../plan/load.ts';
import type { Plan } from '../../plan/plan.ts';
import { Runtime } from '../../runtime/runtime.ts';
import { configFile } from '../config-file.ts';
import { logEvent } from '../event-lines.ts';
import { watchFiles } from '../file-watch.ts';
import { logFoundModel } from '../found-model.ts';
import { type Io, programOf } from '../io.ts';
import { prettyLine } from '../pretty.ts';
import { Reloader } from '../reloader.ts';
import { serverAddress } from '../server-address.ts';
import type { Signals } from '../signals.ts';
import { printDiagnostics } from './validate.ts';

export interface RunOptions {
  readonly file?: string | undefined;
  readonly host?: string | undefined;
  readonly port?: number | undefined;
  readonly data?: string | undefined;
  readonly envFile?: string | undefined;
  readonly logFormat?: LogFormat | undefined;
  readonly logLevel?: LogLevel | undefined;
  /** Reloads when the config, or a file that it names, changes. */
  readonly watch?: boolean | undefined;
  /** Feeds the inspector from the start. */
  readonly inspect?: boolean | undefined;
}

/**
 * Runs a config. Exit code 0 after a stop, 1 when it could not start, failed, or could not record what it had done, 2
 * when the config is wrong.
 */
export async function run(options: RunOptions, io: Io, signals: Signals): Promise<number> {
  const path = configFile(options.file, io);
  if (path === undefined) return 2;
  const { env: environment, cwd, clock } = io;
  const { envFile, data } = options;
  const load = async () => {
    const loaded = await loadPlan({ path, environment, cwd, clock, envFile, data });
    return { ...loaded, plan: loaded.plan && withFlags(loaded.plan, options) };
  };
  const first = await load();
  const { plan, diagnostics } = first;
  const toStderr = { ...io, stdout: io.stderr };
  if (plan === undefined) {
    printDiagnostics(diagnostics, resolve(cwd, path), toStderr);
    return 2;
  }
  // Its lines may lie on a disk that becomes full, or be read by a program that ends: neither may end the work.
  io.outliveOutput?.();
  const redactor = new Redactor();
  redactor.add(plan.secrets);
  const write = (text: string) => io.stdout.write(text);
  const formatOf = ({ logger }: Plan) =>
    options.logFormat ?? logger.format ?? (io.isTerminal ? 'pretty' : 'json');
  const configure = (by: Plan) => {
    const level = options.logLevel ?? by.logger.level;
    return configureLog({ format: formatOf(by), level, redactor, write, pretty: prettyLine });
  };
  const log = configure(plan);
  const format = formatOf(plan);
  if (format === 'pretty') printDiagnostics(diagnostics, resolve(cwd, path), toStderr);
  else for (const { message, ...place } of diagnostics) log.warn(message, place);
  const refusal = modelRefusal(plan);
  if (refusal !== undefined) return fail(io, refusal, 2);
  logFoundModel(plan, log);

  let listening: Listening | undefined;
  let closeInspector: (() => void) | undefined;
  try {
    const { metrics: wantsMetrics, tracing: wantsTracing } = plan.observability;
    const tracing =
      wantsTracing === undefined
        ? undefined
        : (await import('../../observability/tracing.ts')).startTracing({
            endpoint: wantsTracing.endpoint,
            clock,
            random: systemRandom,
            log,
            redactor,
          });
    const localToken = new LocalToken(dirname(plan.journal.path), systemRandom);
    const runtime = new Runtime({
      plan,
      clock,
      random: systemRandom,
      log,
      redactor,
      openJournal: async () => {
        const journal = await openSqliteJournalThread({ path: plan.journal.path, clock });
        try {
          localToken.settle(log);
        } catch (thrown) {
          await journal.close();
          throw thrown;
        }
        redactor.add([localToken.value]);
        metrics?.watch(journal);
        return journal;
      },
      tracer: tracing,
    });
    runtime.bus.subscribe((event) => logEvent(log, event));
    const vitals = new Vitals(runtime, log);
    const metrics = wantsMetrics
      ? new RuntimeMetrics({ runtime, clock, ready: () => vitals.trouble === undefined })
      : undefined;
    const token = () => localToken.value;
    const access = new Access({ auth: () => runtime.plan.server.auth, token, clock, log });
    // The port first: nothing may start to work in a process that cannot be reached. Calls get 503 until it is ready.
    listening = await listen(
      createListener({
        runtime,
        redactor,
        random: systemRandom,
        log,
        vitals,
        access,
        token,
        tracer: tracing ?? noTracer,
        metrics,
      }),
      plan.server,
    );
    // Loaded when it is first needed: most processes are never looked at.
    let loading: Promise<InspectorFeed> | undefined;
    const feed = () => {
      loading ??= import('../../inspection/feed.ts').then(
        ({ InspectorFeed }) => new InspectorFeed({ root: runtime.root, redactor }),
      );
      return loading;
    };
    closeInspector = serveInspectSocket(listening.server, {
      access,
      plan: () => runtime.plan.server,
      feed,
      clock,
    });
    if (options.inspect) (await feed()).start();
    await runtime.start();
    vitals.start();
    const stopMeasuring = metrics?.start();
    // Where it listens may be every address of the machine, and none that can be asked.
    const url = serverAddress({ ...plan.server, port: listening.port });
    if (format === 'pretty') {
      const { startTable, tryNext } = await import('../start-screen.ts');
      const program = programOf(io);
      write(`\nCallboard ${version} at ${listening.url}\n\n${startTable(plan, clock.now(), program)}\n\n`);
      write(`${tryNext(plan, { url, program, cwd })}\n\n`);
    }
    // Straight to the terminal: a log would keep the token, and its redactor would blot it out.
    if (format === 'pretty' && io.isTerminal) {
      const key = access.wantsLogin ? 'TOKEN (of the issuer, or an API key)' : token();
      write(`Live machines: ${url}/inspect#token=${key}\n\n`);
      if (options.inspect) {
        const { openPage } = await import('../open-page.ts');
        const page = `${url}/inspect${access.wantsLogin ? '' : `#token=${token()}`}`;
        void openPage({ url: page, folder: dirname(plan.journal.path), log });
      }
    }
    const reloader = new Reloader({
      runtime,
      log,
      redactor,
      load,
      refuse: modelRefusal,
      files: first.files,
      renewTls: listening.renewTls,
      onReloaded: configure,
    });
    signals.onReload(() => void reloader.reload('SIGHUP'));
    const onChange = () => reloader.reload('a file has changed');
    const unwatch = options.watch ? watchFiles({ clock, files: () => reloader.files, onChange }) : undefined;
    log.info('ready', { url: listening.url, pid: process.pid, agents: plan.agents.size });
    const why = await signals.stopAsked;
    log.info('stopping', { signal: why, grace: `${runtime.plan.server.grace / 1_000}s` });
    unwatch?.();
    vitals.stop();
    stopMeasuring?.();
    await runtime.stop();
    closeInspector();
    await listening.close(clock);
    await tracing?.close();
    log.info('stopped');
    const { unrecorded } = runtime;
    if (unrecorded === 0) return 0;
    const what = 'how tasks or deliveries ended could not be written to the journal';
    return fail(io, `${what} (${unrecorded} of them): the next start goes on as after a crash`, 1);
  } catch (thrown) {
    closeInspector?.();
    await listening?.close(clock);
    return fail(io, redactor.text(errorMessage(thrown)), 1);
  }
}

function fail(io: Io, message: string, code: number): number {
  io.stderr.write(`callboard: ${message}\n`);
  return code;
}

function withFlags(plan: Plan, { host, port }: RunOptions): Plan {
  return {
    ...plan,
    server: { ...plan.server, host: host ?? plan.server.host, port: port ?? plan.server.port },
  };
}

/** Why the file cannot run for want of a model; undefined when every agent has what it needs. */
function modelRefusal(plan: Plan): string | undefined {
  const without = [...plan.agents.values()].filter(
    ({ work }) => work.type === 'llm' && work.llm === undefined,
  );
  const [first] = without;
  if (first === undefined) return undefined;
  const others = without.length === 1 ? '' : ` and ${without.length - 1} more`;
  return `agent "${first.name}"${others} needs a model and there is none: ${modelChoices}`;
}
