/**
 * Flags of a thread: those of clone(2) in scap's numbering, and marks that the tables set themselves.
 * Source of the values: libs, driver/ppm_events_public.h (PPM_CL_*).
 */
export const ProcessFlag = {
  cloneFiles: 1 << 0,
  cloneFs: 1 << 1,
  cloneNewPid: 1 << 6,
  cloneParent: 1 << 8,
  cloneThread: 1 << 13,
  /** The child's own clone event came before its parent's. */
  cloneInverted: 1 << 16,
  nameChanged: 1 << 17,
  /** The thread exited. */
  closed: 1 << 18,
  /** At least one event that is no clone came from the thread. */
  active: 1 << 19,
  cloneNewUser: 1 << 20,
  pipeSource: 1 << 21,
  pipeDestination: 1 << 22,
  cloneVfork: 1 << 27,
  /** The thread is not in the initial pid namespace. */
  childInPidNamespace: 1 << 29,
  isMainThread: 1 << 30,
} as const;

/** Nanoseconds after which a table entry made by a parent can't belong to a child that starts only now. */
export const CLONE_STALE_NANOSECONDS = 2_000_000_000n;

/** Ids of users and groups that stand for "not known" (all bits set). */
export const UNKNOWN_ID = 0xffff_ffff;
