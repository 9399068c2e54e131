import type { Workload } from '@seawall/store';
import type { PolicySet, ResolvedPolicy } from '../policy/policy-set.ts';

/** Which policies of a set concern a workload. */
export interface ScopeDecision {
  /** Those whose scope holds the workload, in the set's order. */
  readonly applying: readonly ResolvedPolicy[];
  /** Those that can't be decided before the rest of the metadata is there. */
  readonly undecided: readonly ResolvedPolicy[];
  /** Of those that apply, the ones that run a rule; with the set's `first` matching no more than one. */
  policiesFor(rule: string): readonly ResolvedPolicy[];
  /** Whether a policy that runs the rule is undecided: then a match of it has to wait. */
  hingesOnMetadata(rule: string): boolean;
}

/** A rule's match and the policy that it counts for. */
export interface CountingMatch {
  readonly policy: ResolvedPolicy;
  readonly rule: string;
}

const none: readonly ResolvedPolicy[] = [];

/**
 * Which policies of a set apply to a workload. To be asked once per container, and again when its metadata has arrived
 * (`createScopeCache` sees to that).
 * @param isComplete false while metadata of the container or its pod is on its way.
 */
export function scopeVerdict(set: PolicySet, workload: Workload, isComplete = true): ScopeDecision {
  const applying: ResolvedPolicy[] = [];
  const undecided: ResolvedPolicy[] = [];
  for (const policy of set.policies) {
    const verdict = policy.scopeTest.verdict(workload, isComplete);
    if (verdict === 'inside') applying.push(policy);
    else if (verdict === 'unknown') undecided.push(policy);
  }
  const byRule = new Map<string, readonly ResolvedPolicy[]>();
  return {
    applying,
    undecided,
    policiesFor(rule) {
      let policies = byRule.get(rule);
      if (policies === undefined) {
        policies = applying.filter(({ ruleFacts }) => ruleFacts.has(rule));
        if (set.matching === 'first') policies = policies.slice(0, 1);
        byRule.set(rule, policies.length === 0 ? none : policies);
      }
      return policies;
    },
    hingesOnMetadata: (rule) => undecided.some(({ ruleFacts }) => ruleFacts.has(rule)),
  };
}

/**
 * The matches of one event that count, given all rules that matched it: every policy for every rule, or with the set's
 * `first` matching the first policy's first rule alone.
 * @param rules in the order of their files.
 */
export function countingMatches(
  set: PolicySet,
  decision: ScopeDecision,
  rules: readonly string[],
): readonly CountingMatch[] {
  const matches = rules.flatMap((rule) => decision.policiesFor(rule).map((policy) => ({ policy, rule })));
  if (set.matching === 'all' || matches.length < 2) return matches;
  return [matches.reduce((first, match) => (match.policy.order < first.policy.order ? match : first))];
}
