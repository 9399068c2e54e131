import type { Severity } from '@seawall/store';
import type { PolicyAction } from '../action/wanted.ts';
import type { Scope } from '../scope/scope.ts';

/** The version of every object that this package reads. */
export const API_VERSION = 'seawall.dev/v1alpha1';

/** Where something is written, for messages: lines and columns from 1. */
export interface Place {
  readonly path: string;
  readonly line: number;
  readonly column: number;
}

/**
 * What follows from a finding: `shadow` keeps it and does nothing else; `alert` sends messages and captures as well, so
 * nothing on the node changes; `enforce` does everything that the policy lists.
 */
export type Mode = 'shadow' | 'alert' | 'enforce';

/** Which rules a policy runs: those that a name (with `*` and `?`), a tag, a rule file or a RuleSet stand for. */
export type RuleSelector = {
  readonly by: 'name' | 'tag' | 'file' | 'ruleSet';
  readonly pattern: string;
  readonly place: Place;
};

/** So many actions within so much time. */
export interface RateLimit {
  readonly count: number;
  readonly perMilliseconds: number;
}

/** How often people hear of one group of findings; history is never throttled. */
export interface Throttle {
  /** The first occurrence is told at once, then at most one summary in this time; undefined: as the channel has it. */
  readonly summaryEveryMilliseconds: number | undefined;
}

/** A RuntimePolicy as it was written, defaults filled in. */
export interface RuntimePolicy {
  readonly name: string;
  readonly description: string;
  readonly place: Place;
  readonly isEnabled: boolean;
  readonly scope: Scope;
  readonly rules: readonly RuleSelector[];
  readonly actions: readonly PolicyAction[];
  /** Names of channels; those with `*` and `?` stand for all that match. */
  readonly channels: readonly NamedPlace[];
  readonly mode: Mode;
  /** Overrides what follows from the rule's priority. */
  readonly severity: Severity | undefined;
  /** A URL: what to do about a finding of this policy. */
  readonly runbook: string | undefined;
  /** Whether an etcd member may be acted on where that breaks its cluster's quorum. */
  readonly allowsQuorumLoss: boolean;
  /** Whether actions are only written into the audit trail. */
  readonly isDryRun: boolean;
  readonly rateLimit: RateLimit;
  /** Milliseconds for which a target that was acted on is left alone by the same kind of action. */
  readonly coolDownMilliseconds: number;
  readonly throttle: Throttle;
}

export interface NamedPlace {
  readonly name: string;
  readonly place: Place;
}

/** Something that is wrong with an object: where, what, and what to write instead. */
export interface Diagnostic {
  readonly severity: 'error' | 'warning';
  readonly place: Place;
  readonly message: string;
}

/** `path:line:column: error: message`, as compilers print it. */
export function renderDiagnostic({ severity, place, message }: Diagnostic): string {
  return `${place.path}:${place.line}:${place.column}: ${severity}: ${message}`;
}
