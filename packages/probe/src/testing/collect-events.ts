import { createEventView, type EventView, eventTypes, moveTo } from '@seawall/events';
import type { Probe } from '../probe.ts';
import { decodeEvent } from './decode-event.ts';

/** An event as tests look at it. */
export interface CollectedEvent {
  readonly tid: number;
  /** Without scap's prefix: `SYSCALL_CLOSE_X`. */
  readonly symbol: string;
  readonly parameters: readonly string[];
}

/** Everything that the probe sees while something is done, and shortly after it. */
export async function collectEvents(probe: Probe, act: () => Promise<void>): Promise<CollectedEvent[]> {
  const events: CollectedEvent[] = [];
  await viewEvents(probe, act, (view) => {
    const symbol = eventTypes[view.type].symbol.slice('PPME_'.length);
    events.push({ tid: view.tid, symbol, parameters: decodeEvent(view) });
  });
  return events;
}

/** The same, shown one after the other as they lie in the ring. */
export async function viewEvents(
  probe: Probe,
  act: () => Promise<void>,
  visit: (view: EventView) => void,
): Promise<void> {
  const view = createEventView();
  function drain(): void {
    for (let count = probe.ring.take(); count > 0; count = probe.ring.take()) {
      for (let index = 0; index < count; index += 1) {
        moveTo(view, probe.ring.batch, index);
        visit(view);
      }
      probe.ring.release();
    }
  }
  const timer = setInterval(drain, 5);
  try {
    await act();
    await new Promise((resolve) => setTimeout(resolve, 20));
  } finally {
    clearInterval(timer);
  }
  drain();
}
