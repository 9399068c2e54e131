import type { Workload } from './workload.ts';

/** How bad it is, worst first. */
export type Severity = 'high' | 'medium' | 'low' | 'info';

/** How far a finding's group has come in the hands of people. */
export type FindingState = 'open' | 'acknowledged' | 'resolved';

/** One thing that happened and broke a policy; many of them make one group. */
export interface Occurrence {
  /**
   * The same for the same event, rule and policy, also when the event is read again: what was stored once under a key is
   * not stored twice.
   */
  readonly key: string;
  readonly group: GroupIdentity;
  /** Nanoseconds since the epoch. */
  readonly time: bigint;
  /** The rule's output with its fields filled in, as text. */
  readonly output: string;
  /** The fields that the output shows and those added on request, by name; JSON values. */
  readonly fields: Readonly<Record<string, unknown>>;
  readonly workload: Workload;
  /** The process and its ancestors, itself first. */
  readonly ancestry: readonly AncestryEntry[];
  /** False where events were lost or metadata was missing when it was decided. */
  readonly isStateComplete: boolean;
  /** Dry: the policy's mode is `shadow`, so nothing but this record follows. */
  readonly mode: 'shadow' | 'alert' | 'enforce';
}

export interface AncestryEntry {
  readonly pid: number;
  readonly name: string;
  readonly executable: string;
  readonly commandLine: string;
  readonly user: string | undefined;
}

/** What occurrences have in common that make one group. */
export interface GroupIdentity {
  /** Made of what follows and of the output with ids removed; equal for equal groups. */
  readonly key: string;
  readonly policy: string;
  readonly rule: string;
  /** `syscall` or `k8s_audit`. */
  readonly source: string;
  /** Falco's: `Emergency` to `Debug`. */
  readonly priority: string;
  readonly severity: Severity;
  readonly tags: readonly string[];
  readonly runbook: string | undefined;
  /** The output with ids removed. */
  readonly pattern: string;
}

/** Occurrences that are alike. */
export interface FindingGroup extends GroupIdentity {
  /** A short number for people: `seawall findings show 17`. */
  readonly id: number;
  readonly state: FindingState;
  readonly count: number;
  readonly first: bigint;
  readonly last: bigint;
  /** How many different outputs. */
  readonly uniqueOutputs: number;
  /** Of the last occurrence. */
  readonly output: string;
  readonly workload: Workload;
  /** Who acknowledged or resolved it, when, and what they said. */
  readonly decision: Decision | undefined;
}

export interface Decision {
  readonly actor: string;
  readonly time: bigint;
  readonly comment: string | undefined;
}

/** An occurrence as it was kept, with what was done about it. */
export interface StoredOccurrence extends Occurrence {
  readonly id: number;
  readonly groupId: number;
}
