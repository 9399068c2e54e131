import type { ActionKind, Workload } from '@seawall/store';

/** A process as actions know it. */
export interface ProcessTarget {
  /** In the host's namespace of pids. */
  readonly pid: number;
  /**
   * When it certainly ran (it made the offending call): nanoseconds since the epoch. Whoever has the pid and started later
   * is another process, and is left alone.
   */
  readonly seenAt: bigint;
  readonly name: string;
  readonly executable: string;
  /** Whether the executable was put into the container, and is not the image's: its path says nothing then. */
  readonly isPlanted?: boolean;
  readonly isKernelThread: boolean;
}

/** A container's places in the cgroup file systems, absolute; undefined where there is none. */
export interface ContainerCgroups {
  /** Version 2 (unified): has `cgroup.kill`, `cgroup.freeze`, `cgroup.procs`. */
  readonly unified: string | undefined;
  /** Version 1's freezer: has `freezer.state`, `cgroup.procs`. */
  readonly freezer: string | undefined;
}

/** What deciding about actions needs to know of an occurrence. */
export interface OffenceFacts {
  /** The occurrence's key. */
  readonly occurrence: string;
  /** When the offending event happened: nanoseconds since the epoch. */
  readonly time: bigint;
  readonly workload: Workload;
  /** The process that made the offending call; undefined for sources without processes. */
  readonly process: ProcessTarget | undefined;
  /** The container's first process, in the host's namespace of pids; undefined where it isn't known. */
  readonly containerInitPid: number | undefined;
  readonly cgroups: ContainerCgroups;
  /** The program of the container's first process, by path: tells members of etcd. Others could be made to look like it. */
  readonly initExecutable: string | undefined;
}

/** What an action is done to. */
export type ActionTarget =
  | { readonly kind: 'process'; readonly process: ProcessTarget }
  | { readonly kind: 'container'; readonly id: string; readonly cgroups: ContainerCgroups }
  | { readonly kind: 'pod'; readonly namespace: string; readonly pod: string }
  | { readonly kind: 'node'; readonly node: string };

/** Why an action is not done: for metrics, and for those who filter the audit trail. */
export type RefusalCause = 'no-target' | 'never-touch' | 'quorum' | 'cool-down' | 'rate-limit' | 'dry-run';

/** An action that is allowed and is to be done. */
export interface PlannedAction {
  readonly outcome: 'planned';
  /** The audit trail's key. */
  readonly key: string;
  readonly kind: ActionKind;
  readonly target: ActionTarget;
  readonly policy: string;
  readonly occurrence: string;
  /** When it was decided: nanoseconds since the epoch. */
  readonly time: bigint;
  /** When the offending event happened: nanoseconds since the epoch. */
  readonly eventTime: bigint;
  /** Why it is this action: what the policy says, or that it stands in for another. */
  readonly reason: string;
  /** True where a part of it belongs into the hot loop: signals, `cgroup.kill`, the freezer. */
  readonly isImmediate: boolean;
  readonly parameters: ActionParameters;
}

export interface ActionParameters {
  /** Of `pause-container`: when it goes on by itself. */
  readonly forMilliseconds?: number;
  /** Of `stop-container`. */
  readonly graceMilliseconds?: number;
  /** Of `label-pod`. */
  readonly labels?: Readonly<Record<string, string>>;
  /** Of `capture`. */
  readonly beforeMilliseconds?: number;
  readonly afterMilliseconds?: number;
  readonly extent?: 'container' | 'all';
  readonly maximumBytes?: number;
}

/** An action that is not done, and why. It belongs into the audit trail as well. */
export interface RefusedAction {
  readonly outcome: 'refused' | 'dry-run';
  readonly cause: RefusalCause;
  readonly key: string;
  readonly kind: ActionKind;
  /** As the audit trail shows it. */
  readonly target: string;
  readonly policy: string;
  readonly occurrence: string;
  readonly time: bigint;
  readonly reason: string;
}

export type ActionDecision = PlannedAction | RefusedAction;
