/** Something that goes on until it is told to stop: by a signal of the terminal or the system, or by its time. */
export interface Until {
  readonly signal: AbortSignal;
  /** Its time counts from here: getting ready, however long that takes, is none of it. */
  start(): void;
  /** Ends it from within. */
  stop(): void;
  /** Takes everything back that was set up. */
  release(): void;
}

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** The first signal ends it in order; another one ends the process, as it would without us. */
export function createUntil(seconds: number | undefined): Until {
  const controller = new AbortController();
  const stop = (): void => controller.abort();
  for (const name of SIGNALS) process.once(name, stop);
  let timer: ReturnType<typeof setTimeout> | undefined;
  return {
    signal: controller.signal,
    start() {
      if (seconds !== undefined) timer = setTimeout(stop, seconds * 1000);
    },
    stop,
    release() {
      clearTimeout(timer);
      for (const name of SIGNALS) process.removeListener(name, stop);
    },
  };
}
