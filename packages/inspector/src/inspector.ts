import type { CaptureSection, EventView } from '@seawall/events';
import type { EventContext } from './context.ts';

/** The tables of one source, kept by its events. */
export interface Inspector {
  readonly context: EventContext;
  /** Seeds the tables from everything in a capture that is not an event; sections of kind `events` are ignored. */
  load(section: CaptureSection): void;
  /**
   * Brings the tables up to the event under the view (which must be `context.view`) and fills the context.
   * @returns false for events that rules must not see (internal ones, those of suppressed threads).
   */
  apply(view: EventView): boolean;
  /** Does what has to wait until the event was evaluated: removes threads that exited, descriptors that closed. */
  settle(): void;
}
