import { sleep } from '@seawall/base';
import type { CaptureSection } from '@seawall/events';
import { createHeldEvents } from './held-events.ts';
import type { Probe } from './probe.ts';
import { seedFromProc } from './seed/seed.ts';

export interface LiveOptions {
  /** Ends the stream: what was seen until then is still delivered. */
  readonly signal: AbortSignal;
  /** Called after each look into the ring, however much there was. */
  onIdle?(): void;
  /** Everything in front of the ring's `position` has been handled. */
  onHandled?(): void;
  /**
   * The ring fills while nobody reads, mostly as others have the processor (true); called again when it has been all
   * but empty for long enough (false).
   */
  onPressure?(isFilling: boolean): void;
  /** Events were lost: until /proc has been looked through again, what is known of processes may be wrong. */
  onIncomplete?(): void;
  /** /proc has been looked through again: what was known before is forgotten. */
  onComplete?(): void;
}

/** Milliseconds between two looks into the ring. */
const SHORTEST_WAIT = 1;
const LONGEST_WAIT = 20;
/** Parts of the ring that were full at a look: below the first, wait longer; above the second, less long. */
const NEARLY_EMPTY = 0.02;
const FILLING = 0.1;
/** The part that is full from which on the reader is late, and the milliseconds until it no longer counts as such. */
const PRESSING = 0.2;
const PRESSURE_LASTS = 10_000;
/** Milliseconds between two looks into the ring while /proc is looked through, and bytes of events that may wait for that. */
const BETWEEN_HOLDS = 20;
const HELD_MAXIMUM = 32 * 1024 * 1024;
const MILLISECONDS_BETWEEN_CLOCKS = 1000;
/**
 * Milliseconds without a loss after which /proc is looked through again; from the first loss, should they not end; and
 * from one such look to the next.
 */
const QUIET_AFTER_LOSS = 200;
const LONGEST_INCOMPLETE = 5000;
const BETWEEN_REPAIRS = 10_000;

/**
 * This machine as a capture that does not end: its sections as a file would have them, then events as they happen.
 * Batches lie in the ring itself and are given back to the kernel when the next section is asked for.
 * @param probe on which everything wanted is switched on already, so that nothing falls between /proc and events.
 */
export async function* liveSections(
  probe: Probe,
  { signal, onIdle, onHandled, onPressure, onIncomplete, onComplete }: LiveOptions,
): AsyncGenerator<CaptureSection> {
  const { ring } = probe;
  let lost = ring.lost;
  yield* sectionsOfNow(probe);
  let wait = SHORTEST_WAIT;
  let clockSetAt = performance.now();
  let lostAt = 0;
  let incompleteSince = 0;
  let repairedAt = Number.NEGATIVE_INFINITY;
  let isComplete = true;
  let pressedAt = Number.NEGATIVE_INFINITY;
  let isPressed = false;

  function watchPressure(fill: number): void {
    if (fill > PRESSING) pressedAt = performance.now();
    const isNowPressed = performance.now() - pressedAt < PRESSURE_LASTS;
    if (isNowPressed !== isPressed) onPressure?.(isNowPressed);
    isPressed = isNowPressed;
  }

  while (!signal.aborted) {
    let fullest = 0;
    while (ring.take() > 0) {
      fullest = Math.max(fullest, ring.fill);
      if (fullest > PRESSING) watchPressure(fullest);
      if (ring.lost !== lost) {
        lost = ring.lost;
        lostAt = performance.now();
        if (isComplete) {
          incompleteSince = lostAt;
          onIncomplete?.();
        }
        isComplete = false;
      }
      yield { kind: 'events', batch: ring.batch };
      ring.release();
      onHandled?.();
      if (signal.aborted) break;
    }
    ring.release();
    onIdle?.();
    watchPressure(fullest);
    if (fullest < NEARLY_EMPTY) wait = Math.min(LONGEST_WAIT, wait * 1.5);
    else if (fullest > FILLING) wait = Math.max(SHORTEST_WAIT, wait / 2);
    const now = performance.now();
    if (now - clockSetAt > MILLISECONDS_BETWEEN_CLOCKS) {
      clockSetAt = now;
      probe.synchronizeClock();
      probe.tidy();
    }
    if (isComplete && probe.lacksDescriptors) {
      isComplete = false;
      onIncomplete?.();
    }
    const isTime = now - lostAt > QUIET_AFTER_LOSS || now - incompleteSince > LONGEST_INCOMPLETE;
    if (!isComplete && isTime && now - repairedAt > BETWEEN_REPAIRS) {
      // All that came before has been handled, and what comes meanwhile is handled after it, as at the start.
      yield* sectionsOfNow(probe);
      repairedAt = performance.now();
      isComplete = true;
      onComplete?.();
    }
    await sleep(wait, signal);
  }
  probe.stop();
  while (ring.take() > 0) {
    yield { kind: 'events', batch: ring.batch };
    ring.release();
  }
  onIdle?.();
}

/**
 * A capture's beginning: whoever reads it forgets what was before. Behind it come the events that happened meanwhile; they
 * are moved aside so that the ring does not fill, however long it takes to look through /proc.
 */
function* sectionsOfNow(probe: Probe): Generator<CaptureSection> {
  const held = createHeldEvents(probe.ring, HELD_MAXIMUM);
  let heldAt = performance.now();

  function holdEvents(): void {
    if (performance.now() - heldAt < BETWEEN_HOLDS) return;
    held.hold();
    heldAt = performance.now();
  }

  probe.startOver();
  yield { kind: 'header', majorVersion: 1, minorVersion: 2 };
  for (const section of seedFromProc(probe.bootTime(), holdEvents)) {
    yield section;
    holdEvents();
  }
  for (const batch of held.release()) yield { kind: 'events', batch };
}
