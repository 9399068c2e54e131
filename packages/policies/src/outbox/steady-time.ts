import type { Clock } from '@seawall/base';

/**
 * Milliseconds since the epoch that never go back: when the clock is set back, time goes on from where it was, so that
 * what is due at a time that was near is due then, not hours later. A clock that is set forward is followed.
 */
export function createSteadyTime(clock: Clock): () => number {
  let time = clock.now();
  let monotonic = clock.monotonic();
  return () => {
    const elapsed = clock.monotonic() - monotonic;
    monotonic += elapsed;
    time = Math.max(clock.now(), time + elapsed);
    return time;
  };
}
