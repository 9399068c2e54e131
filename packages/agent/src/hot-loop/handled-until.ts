/** Up to when everything that happened has been looked at: what a gap begins with, should the agent end now. */
export interface HandledUntil {
  /** The source has just been found empty. */
  drained(): void;
  /** From here on nothing new is looked at, however long it takes to end. */
  stop(): void;
  /** Nanoseconds since the epoch; 0n while nothing is known. */
  time(): bigint;
}

/** @param isLive a recording is there to be read again: for it the time is always now. */
export function createHandledUntil(now: () => bigint, isLive: boolean): HandledUntil {
  let handled = 0n;
  let isStopped = false;
  return {
    drained() {
      if (!isStopped) handled = now();
    },
    stop() {
      isStopped = true;
    },
    time: () => (isLive ? handled : now()),
  };
}
