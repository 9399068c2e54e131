/** Where time comes from, so that tests can set it. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Milliseconds that never go back, from an arbitrary start. */
  monotonic(): number;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
};

/** The clock's time in nanoseconds since the epoch, as events and the store have it; to the microsecond where the clock knows it. */
export function nanosecondsNow(clock: Pick<Clock, 'now'>): bigint {
  return BigInt(Math.round(clock.now() * 1000)) * 1000n;
}

/** A clock that stands still until it is told to move. */
export function createManualClock(
  startMilliseconds: number,
): Clock & { advance(milliseconds: number): void } {
  let elapsed = 0;
  return {
    now: () => startMilliseconds + elapsed,
    monotonic: () => elapsed,
    advance(milliseconds) {
      elapsed += milliseconds;
    },
  };
}
