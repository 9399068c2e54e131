import type { Clock } from '@seawall/base';
import { harmless } from './harmless.ts';

/** Something long under way, told on standard error. */
export interface Progress {
  /** Says where things stand. Cheap enough to call often: most calls only look at the clock. */
  update(describe: () => string): void;
  /** Takes the line away, so that what follows starts clean. */
  finish(): void;
}

export interface ProgressOptions {
  readonly clock: Clock;
  /** A terminal gets one line drawn over and over; anything else a line now and then. */
  readonly isTerminal: boolean;
  write(text: string): void;
}

/** Nothing is shown of what takes less than this. */
const PATIENCE_MILLISECONDS = 1000;
const REDRAW_MILLISECONDS = 100;
const LINE_MILLISECONDS = 10_000;

export function createProgress({ clock, isTerminal, write }: ProgressOptions): Progress {
  const interval = isTerminal ? REDRAW_MILLISECONDS : LINE_MILLISECONDS;
  let nextAt = clock.monotonic() + PATIENCE_MILLISECONDS;
  let isShown = false;
  return {
    update(describe) {
      const now = clock.monotonic();
      if (now < nextAt) return;
      nextAt = now + interval;
      const text = harmless(describe());
      write(isTerminal ? `\r\u001b[2K${text}` : `${text}\n`);
      isShown = true;
    },
    finish() {
      if (isShown && isTerminal) write('\r\u001b[2K');
      isShown = false;
    },
  };
}
