import { startTimer, type Timer } from '@seawall/base';
import { onStopSignal } from '../terminal/stop-signals.ts';

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

/** The first signal ends it in order; a later one ends the process, as it would without us. */
export function createUntil(seconds: number | undefined): Until {
  const controller = new AbortController();
  const stop = (): void => controller.abort();
  const release = onStopSignal(['SIGINT', 'SIGTERM', 'SIGHUP'], stop);
  let timer: Timer | undefined;
  return {
    signal: controller.signal,
    start() {
      if (seconds !== undefined) timer = startTimer(seconds * 1000, stop);
    },
    stop,
    release() {
      timer?.stop();
      release();
    },
  };
}
