/** Up to when everything that happened has been looked at: what a gap begins with, should the agent end now. */
export interface HandledUntil {
  /** The source has just been found empty. */
  drained(): void;
  /** From here on nothing new is looked at, however long it takes to end. */
  stop(): void;
  /** Nanoseconds since the epoch; 0n while nothing is known. */
  time(): bigint;
}

/**
 * @param isLive a recording is there to be read again: for it the time is always now.
 * @param waitingSince when the oldest event happened that was read and is not decided: it is lost with the process.
 */
export function createHandledUntil(
  now: () => bigint,
  isLive: boolean,
  waitingSince: () => bigint | undefined = () => undefined,
): HandledUntil {
  let handled = 0n;
  let isStopped = false;
  return {
    drained() {
      if (!isStopped) handled = now();
    },
    stop() {
      isStopped = true;
    },
    time() {
      if (!isLive) return now();
      const since = waitingSince();
      return since !== undefined && since <= handled ? since - 1n : handled;
    },
  };
}
