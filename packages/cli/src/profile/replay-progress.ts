import { systemClock } from '@seawall/base';
import { countOf } from '../number-text.ts';
import { createProgress } from '../terminal/progress.ts';
import type { Terminal } from '../terminal/terminal.ts';

/** Runs a replay, which tells the number of events so far, and shows how far it is. */
export async function replayWithProgress(
  name: string,
  { errors }: Terminal,
  replay: (onProgress: (events: number) => void) => Promise<void>,
): Promise<void> {
  const { isTerminal } = errors;
  const progress = createProgress({ clock: systemClock, isTerminal, write: (text) => errors.write(text) });
  try {
    await replay((events) => progress.update(() => `reading ${name}: ${countOf(events, 'event')}`));
  } finally {
    progress.finish();
  }
}
