import type { SourcePlace } from '../load/source.ts';

/** What rules cost on a stream of events. Costliest first; times in nanoseconds. */
export interface RuleSetProfile {
  /** Events that the rules were asked about at all. */
  readonly evaluatedEvents: number;
  /** What asking all rules took, estimated from the samples. */
  readonly cost: number;
  readonly rules: readonly RuleProfile[];
  readonly predicates: readonly PredicateProfile[];
  readonly advice: readonly Advice[];
}

/** What is told of a rule and of a predicate alike. */
export interface Costs {
  readonly evaluated: number;
  /** How often it held. */
  readonly held: number;
  /** Share of the evaluations in which it held, 0 to 1; undefined where there were none. */
  readonly selectivity: number | undefined;
  readonly costEach: number | undefined;
  readonly cost: number;
  /** Share of the cost of all rules, 0 to 1: the score. */
  readonly share: number;
}

export interface RuleProfile extends Costs {
  readonly rule: string;
  /** How many event types the rule is asked about; undefined where the source has one only. */
  readonly eventTypeCount: number | undefined;
  /** Names of the types of the events that the rule was asked about, most frequent first. */
  readonly eventTypes: readonly EventTypeProfile[];
  /** In the order in which they are written; one that is written twice is there twice. */
  readonly predicates: readonly PredicateProfile[];
}

export interface EventTypeProfile {
  readonly name: string;
  readonly evaluated: number;
  readonly held: number;
}

/** A comparison, all the rules together in which it stands. */
export interface PredicateProfile extends Costs {
  /** Canonical text of the comparison. */
  readonly predicate: string;
  /** The rules that it stands in. */
  readonly rules: readonly string[];
}

/** Something to change. */
export interface Advice {
  /**
   * `reorder`: ask cheap and decisive parts first. `index`: write a comparison that can be looked up. `narrow`: ask
   * about fewer event types.
   */
  readonly kind: 'reorder' | 'index' | 'narrow';
  /** One sentence that says what to write, and why. */
  readonly text: string;
  /** The rules that it is about. */
  readonly rules: readonly string[];
  /** The macro in which it is to be done; undefined for the rules themselves. */
  readonly macro: string | undefined;
  readonly place: SourcePlace | undefined;
  /** The share of the cost of all rules that it is about: what a new order saves, else what there is to win at most. */
  readonly share: number;
}
