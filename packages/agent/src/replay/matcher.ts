import type { Dependency } from '@seawall/rules';

/** A rule set as the event loop asks it: which event types matter, and which rules match an event. */
export interface Matcher<Context> {
  /** By event type: other than 0 where some rule can match an event of that type. */
  readonly wanted: Uint8Array;
  /** The rules that matched the last event: as many entries as `evaluate` said, in the order of the rules. */
  readonly matches: Int32Array;
  /**
   * Whether some rule can still match an event of that type of the process that the context shows, going by the
   * process alone.
   */
  isOpen(context: Context, eventType: number): boolean;
  /**
   * Whether no rule can match an event of that type of the process that the context shows, whatever becomes of everything
   * but these grounds.
   */
  isRuledOut(context: Context, eventType: number, grounds: ReadonlySet<Dependency>): boolean;
  /** @returns how many rules match the event that the context is about. */
  evaluate(context: Context, eventType: number): number;
}
