import type { RuntimeAddress } from '@seawall/kube';
import type { NeverTouch, OwnIdentity } from '@seawall/policies';
import type { NodeIdentity } from './workload-of.ts';

/** Where the agent runs, and what it is there. */
export interface NodeFacts extends NodeIdentity {
  readonly own: OwnIdentity;
  readonly neverTouch: NeverTouch;
  /** Where pods can be members of the cluster's etcd. */
  readonly etcdNamespaces: readonly string[];
}

/** What the hot loop reads. */
export type SourceOptions =
  | {
      readonly kind: 'live';
      /** Where container runtimes are; undefined: at the usual places. */
      readonly runtimes: readonly RuntimeAddress[] | undefined;
      readonly ringBytes: number;
      /** Different for every start: part of findings' keys. */
      readonly run: string;
      /** Up to when the run before had everything stored, nanoseconds since the epoch; undefined: there was none. */
      readonly watchedUntil: bigint | undefined;
    }
  | {
      readonly kind: 'capture';
      readonly path: string;
      /** Different for every recording: part of findings' keys. */
      readonly identity: string;
      /** JSON of what runtimes said; undefined: none. */
      readonly containers: string | undefined;
      /** How many events earlier runs have handled: their findings are in the store. */
      readonly handled: number;
      /** Up to which event earlier runs have stored what workloads do; less than `handled`, as it is told less often. */
      readonly activityHandled: number;
    };

export interface AgentLimits {
  /** Whether what workloads do is observed. */
  readonly observesActivity: boolean;
  /** Findings on their way to the store; a recording waits then, of live events further findings are left out. */
  readonly waitingFindings: number;
  /** Bytes and milliseconds of raw events that are kept for captures; 0: none. */
  readonly recentBytes: number;
  readonly recentMilliseconds: number;
}

/** What it is kept under up to which event of a recording the store has what workloads do. */
export function activityMemory(identity: string): string {
  return `activity/${identity}`;
}

/** What events are written down under that wait for the description of their container. */
export const WAITING_PREFIX = 'waiting/';
