/** What a workload was seen to do: the kinds that profiles speak of. */
export type ActivityKind =
  | 'program'
  | 'parent'
  | 'read-directory'
  | 'written-directory'
  | 'peer'
  | 'listening-port'
  | 'user'
  | 'capability';

/**
 * Stands for all values beyond those that are kept for a workload and kind: their counts are summed here, so that what
 * a workload did is bounded, and that there was more is visible.
 */
export const OTHER_ACTIVITY = '*';

/** One thing that a workload did, and how often; the value is text of that kind (a path, `address:port/tcp`, a user). */
export interface Activity {
  /** Stable name of the workload: `namespace/pod-owner/container`, or `host/UNIT`. */
  readonly workload: string;
  readonly kind: ActivityKind;
  readonly value: string;
  readonly count: number;
  readonly first: bigint;
  readonly last: bigint;
  /** A command line or path that shows it. */
  readonly example: string;
  /** In how many starts of the workload it was seen. */
  readonly starts: number;
}
