import type {
  ActionOutcome,
  PlannedAction,
  QuorumVerdict,
  RefusedAction,
  RuleFacts,
} from '@seawall/policies';
import type { Activity, AncestryEntry, Severity, Workload } from '@seawall/store';
import type { Alert } from '../alert/alert.ts';
import type { LogLevel } from '../daemon/options.ts';
import type { HotLoopStatus } from '../daemon/status.ts';
import type { SetTexts } from '../rule-set/load-running-set.ts';
import type { Lost } from './lost.ts';
import type { AgentLimits, NodeFacts, SourceOptions } from './options.ts';
import type { EventChunk } from './recent-events.ts';

/** What the hot loop's thread is started with. */
export interface HotLoopStart {
  readonly node: NodeFacts;
  readonly source: SourceOptions;
  readonly texts: NumberedTexts;
  readonly limits: AgentLimits;
  /** Guard states that survived: what `takeChanges` gave in earlier runs. */
  readonly memory: ReadonlyMap<string, string>;
  /** Where pauses are written down before they begin. */
  readonly pauseNotes: string;
}

/** Rules and policies that run together, as text. */
export interface NumberedTexts extends SetTexts {
  /** Counted up with every change. */
  readonly generation: number;
}

/** From the main thread to the hot loop's. */
export type ToHotLoop =
  | { readonly kind: 'replace'; readonly texts: NumberedTexts }
  | { readonly kind: 'quorum'; readonly verdict: QuorumVerdict }
  /** So many findings of each rank were stored, or gave way: there is room for as many more. */
  | { readonly kind: 'taken'; readonly findings: readonly number[] }
  /** Between two batches it rests so long: milliseconds. */
  | { readonly kind: 'rest'; readonly milliseconds: number }
  /** What earlier runs wrote down of events whose containers nobody had described when they ended. */
  | { readonly kind: 'recall'; readonly notes: ReadonlyMap<string, string> }
  /** It gives back memory that it has no use for. */
  | { readonly kind: 'release' }
  | { readonly kind: 'stop' };

/** From the hot loop's thread to the main one. */
export type FromHotLoop =
  | FindingsMessage
  | { readonly kind: 'started'; readonly description: string }
  | { readonly kind: 'status'; readonly status: HotLoopStatus }
  | { readonly kind: 'replaced'; readonly generation: number; readonly milliseconds: number }
  | { readonly kind: 'not-replaced'; readonly generation: number; readonly reason: string }
  | CaptureMessage
  /** For the log of whoever runs the agent. */
  | { readonly kind: 'log'; readonly level: LogLevel; readonly message: string }
  | { readonly kind: 'ended' }
  | {
      readonly kind: 'failed';
      readonly code: string | undefined;
      readonly message: string;
      readonly stack: string;
    };

/** What was found since the message before, and up to where. Findings and position belong together. */
export interface FindingsMessage {
  readonly kind: 'findings';
  readonly sightings: readonly Sighting[];
  /** Of recordings: how many events were handled. Undefined for live sources. */
  readonly position: number | undefined;
  /** Up to when everything that was read has been handled: nanoseconds since the epoch, by the clock. */
  readonly time: bigint;
  /** Events that were lost since the message before, and between when. */
  readonly lost: Lost | undefined;
  /** What workloads were seen to do since it was told last. */
  readonly activity: readonly Activity[];
  /** To keep: guard states, up to where `activity` goes, and events that wait for their container's description. */
  readonly memory: ReadonlyMap<string, string | undefined>;
}

/** A match, for one policy. */
export interface Sighting {
  readonly alert: Alert;
  /** What its policy says, or else the rule's priority. */
  readonly severity: Severity;
  /** Of what no rule found: the kernel refused it. Undefined where the policy runs the alert's rule. */
  readonly rule?: RuleFacts;
  readonly policy: string;
  /** Of the set that it was found with. */
  readonly generation: number;
  /** Names the event for good: the same whenever it is read again. */
  readonly event: string;
  readonly workload: Workload;
  readonly ancestry: readonly AncestryEntry[];
  readonly isStateComplete: boolean;
  /** Nobody could say in time whether the policy means that container: it is kept, and nobody is told. */
  readonly isUndecided: boolean;
  /** What is to be done, and what was not: in the order of the policy. */
  readonly actions: readonly SightedAction[];
  /** What its event is written down under while it waited: to be dropped with what all its findings are stored in. */
  readonly note?: string;
}

/** An action with what the hot loop did of it, if it was for the hot loop. */
export interface SightedAction {
  readonly decision: PlannedAction | RefusedAction;
  /** Undefined where nothing was done in the hot loop. */
  readonly outcome: ActionOutcome | undefined;
  /** From the event's time to the end of what the hot loop did: milliseconds. */
  readonly latencyMilliseconds: number | undefined;
  /** From when the agent got to see the event to the signal: milliseconds. */
  readonly reactionMilliseconds: number | undefined;
}

/** A part of a capture that an action asked for. */
export interface CaptureMessage {
  readonly kind: 'capture';
  /** The action's key. */
  readonly key: string;
  readonly chunks: readonly EventChunk[];
  /** Nothing follows. */
  readonly isLast: boolean;
}
