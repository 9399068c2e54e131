/** A time in which a source was not watched, or events were lost. */
export interface Gap {
  readonly source: string;
  /** Nanoseconds since the epoch. */
  readonly from: bigint;
  readonly to: bigint;
  /** What it was: `agent ended without notice`, `4,811 events lost`. */
  readonly reason: string;
  readonly lostEvents: number | undefined;
}
