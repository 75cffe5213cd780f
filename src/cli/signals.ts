// SIGTERM and SIGINT ask for a stop; a second one ends the process at once. SIGHUP asks for a reload.

export interface Signals {
  /** Resolves with the signal's name when a stop is asked for. */
  readonly stopAsked: Promise<string>;
  /** Calls `listener` whenever a reload is asked for; at once, if that was asked before anyone listened. */
  onReload(listener: () => void): void;
}

/** Listens to the process's signals. The exit code of an abrupt end is 128 and the signal's number, as shells have it. */
export function processSignals(): Signals {
  const numbers = { SIGINT: 2, SIGTERM: 15 } as const;
  let asked = false;
  const stopAsked = new Promise<string>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      process.on(signal, () => {
        if (asked) process.exit(128 + numbers[signal]);
        asked = true;
        resolve(signal);
      });
    }
  });
  let early = false;
  let reload = () => {
    early = true;
  };
  process.on('SIGHUP', () => reload());
  return {
    stopAsked,
    onReload(listener) {
      reload = listener;
      if (early) listener();
    },
  };
}
