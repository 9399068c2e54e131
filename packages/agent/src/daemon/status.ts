import type { StoreStatistics } from '@seawall/store';
import type { AccountingReport } from '../accounting.ts';
import type { AuditStatus } from '../audit/audit-intake.ts';
import type { EnforcerStatus } from '../enforce/enforcer.ts';
import { NO_PRIORITIES, type PriorityCounts } from '../ledger/rank.ts';

/** How the hot loop is doing, as it last said. */
export interface HotLoopStatus {
  readonly state: 'starting' | 'running' | 'ended' | 'failed';
  readonly accounting: AccountingReport;
  /** Matches of rules that some policy has for that workload. */
  readonly findings: number;
  /** Matches that no policy is about. */
  readonly outOfScope: number;
  /** Findings that were left out because too many were waiting for the store. */
  readonly shed: PriorityCounts;
  /** The event that was last looked at: nanoseconds since the epoch; 0n before the first. */
  readonly lastEvent: bigint;
  /** Of the rule set that runs now: counted up with every change. */
  readonly generation: number;
}

/** How the rules and policies on disk relate to those that run. */
export interface ReloadStatus {
  readonly generation: number;
  readonly rules: number;
  readonly policies: number;
  readonly channels: number;
  /** Milliseconds since the epoch. */
  readonly loadedAt: number;
  /** Why what is on disk now is not what runs; undefined where it is. */
  readonly refused: RefusedChange | undefined;
  /**
   * Where what runs was kept by an earlier agent, as what is on disk was refused when this one started: since when, in milliseconds since
   * the epoch.
   */
  readonly keptSince: number | undefined;
  readonly accepted: number;
  readonly refusals: number;
}

export interface RefusedChange {
  /** Milliseconds since the epoch. */
  readonly time: number;
  /** `path:line:column: error: message`, one per line. */
  readonly messages: readonly string[];
}

/** Why an agent did not start with what is on disk. */
export interface RefusedStart {
  readonly messages: readonly string[];
  /** Of what it started with instead: when that was taken over, in milliseconds since the epoch. */
  readonly keptSince: number;
}

/** How the way from findings to the store is doing. */
export interface LedgerStatus {
  readonly stored: number;
  /** Findings that wait for the store. */
  readonly waiting: number;
  /** Of these, findings whose sender waits for an answer. */
  readonly owed: number;
  /** Findings that gave way to more urgent ones while they waited. */
  readonly shed: PriorityCounts;
  /** Why the last commit failed; undefined while it works. */
  readonly failure: string | undefined;
  readonly failures: number;
  /** Up to when everything is stored: nanoseconds since the epoch. */
  readonly committed: bigint;
}

/** Counts of actions since the start. */
export interface ActionStatus {
  readonly counts: readonly { readonly kind: string; readonly result: string; readonly count: number }[];
}

/** Everything about a running agent that health, readiness and metrics are made of. */
export interface DaemonStatus {
  readonly hotLoop: HotLoopStatus;
  readonly reload: ReloadStatus;
  readonly ledger: LedgerStatus;
  /** Undefined while the store doesn't answer. */
  readonly store: StoreStatistics | undefined;
  readonly actions: ActionStatus;
  readonly enforcement: EnforcerStatus;
  /** Undefined where no audit events are taken. */
  readonly audit: AuditStatus | undefined;
  readonly outputs: readonly OutputCounts[];
}

/** What became of the alerts of one output. */
export interface OutputCounts {
  readonly name: string;
  readonly written: number;
  readonly failed: number;
  readonly shed: PriorityCounts;
  readonly waiting: number;
  /** Whether the last attempt to write failed. */
  readonly isFailing: boolean;
}

/** How the hot loop is doing before it has said anything. */
export const NOTHING_YET: HotLoopStatus = {
  state: 'starting',
  accounting: { seen: 0, evaluated: 0, filtered: 0, dropped: 0, byType: new Map() },
  findings: 0,
  outOfScope: 0,
  shed: NO_PRIORITIES,
  lastEvent: 0n,
  generation: 1,
};
