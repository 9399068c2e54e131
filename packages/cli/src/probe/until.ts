import { startTimer, type Timer } from '@seawall/base';
import { onStopSignal } from '../terminal/stop-signals.ts';
import type { Terminal } from '../terminal/terminal.ts';

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

/**
 * The first signal ends it in order; a later one ends the process, as it would without us.
 * @param terminal of a command that has more to put away than what it writes: it ends in order when nobody reads that any more.
 */
export function createUntil(seconds: number | undefined, terminal?: Pick<Terminal, 'endWithReaders'>): Until {
  const controller = new AbortController();
  const stop = (): void => controller.abort();
  const release = onStopSignal(['SIGINT', 'SIGTERM', 'SIGHUP'], stop);
  const releaseReaders = terminal?.endWithReaders?.(stop);
  let timer: Timer | undefined;
  return {
    signal: controller.signal,
    start() {
      if (seconds !== undefined) timer = startTimer(seconds * 1000, stop);
    },
    stop,
    release() {
      timer?.stop();
      releaseReaders?.();
      release();
    },
  };
}
