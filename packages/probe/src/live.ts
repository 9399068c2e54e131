import type { CaptureSection } from '@seawall/events';
import type { Probe } from './probe.ts';
import { seedFromProc } from './seed/seed.ts';

export interface LiveOptions {
  /** Ends the stream: what was seen until then is still delivered. */
  readonly signal: AbortSignal;
  /** Called after each look into the ring, however much there was. */
  onIdle?(): void;
}

/** Milliseconds between two looks into the ring. */
const SHORTEST_WAIT = 1;
const LONGEST_WAIT = 20;
/** Parts of the ring that were full at a look: below the first, wait longer; above the second, less long. */
const NEARLY_EMPTY = 0.02;
const FILLING = 0.1;
const MILLISECONDS_BETWEEN_CLOCKS = 1000;

/**
 * This machine as a capture that does not end: its sections as a file would have them, then events as they happen.
 * Batches lie in the ring itself and are given back to the kernel when the next section is asked for.
 * @param probe on which everything wanted is switched on already, so that nothing falls between /proc and events.
 */
export async function* liveSections(
  probe: Probe,
  { signal, onIdle }: LiveOptions,
): AsyncGenerator<CaptureSection> {
  yield { kind: 'header', majorVersion: 1, minorVersion: 2 };
  yield* seedFromProc(probe.bootTime());
  const { ring } = probe;
  let wait = SHORTEST_WAIT;
  let clockSetAt = performance.now();
  while (!signal.aborted) {
    let fullest = 0;
    while (ring.take() > 0) {
      fullest = Math.max(fullest, ring.fill);
      yield { kind: 'events', batch: ring.batch };
      ring.release();
      if (signal.aborted) break;
    }
    ring.release();
    onIdle?.();
    if (fullest < NEARLY_EMPTY) wait = Math.min(LONGEST_WAIT, wait * 1.5);
    else if (fullest > FILLING) wait = Math.max(SHORTEST_WAIT, wait / 2);
    const now = performance.now();
    if (now - clockSetAt > MILLISECONDS_BETWEEN_CLOCKS) {
      clockSetAt = now;
      probe.synchronizeClock();
      probe.tidy();
    }
    await waitFor(wait, signal);
  }
  probe.stop();
  while (ring.take() > 0) {
    yield { kind: 'events', batch: ring.batch };
    ring.release();
  }
  onIdle?.();
}

function waitFor(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, milliseconds);
    signal.addEventListener('abort', done);
  });
}
