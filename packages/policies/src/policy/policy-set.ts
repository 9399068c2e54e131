import type { RuleFacts } from '../rule-set/rule-set.ts';
import type { ScopeTest } from '../scope/verdict.ts';
import type { RuntimePolicy } from './policy.ts';

/** A policy with everything it names found. */
export interface ResolvedPolicy extends RuntimePolicy {
  /** Its position in the set: earlier ones win where only the first match counts. */
  readonly order: number;
  readonly scopeTest: ScopeTest;
  /** The rules that it runs, by name. */
  readonly ruleFacts: ReadonlyMap<string, RuleFacts>;
  /** The channels that it tells, by name, patterns resolved. */
  readonly channelNames: readonly string[];
}

/** Whether every policy that a match concerns counts, or the first one alone. */
export type Matching = 'all' | 'first';

/** Policies that run together; never changes. A new set takes its place as a whole. */
export interface PolicySet {
  /** Enabled ones only, in their order. */
  readonly policies: readonly ResolvedPolicy[];
  readonly matching: Matching;
  /** By rule: the policies that run it, in their order. */
  readonly policiesByRule: ReadonlyMap<string, readonly ResolvedPolicy[]>;
  /** The rules that any policy runs: what needs to be evaluated at all. */
  readonly ruleNames: ReadonlySet<string>;
}
