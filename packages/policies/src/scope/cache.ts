import type { Workload } from '@seawall/store';
import type { PolicySet } from '../policy/policy-set.ts';
import { type ScopeDecision, scopeVerdict } from './decision.ts';

/** Keeps what a policy set says of each workload, so that it is found out once per container and not per event. */
export interface ScopeCache {
  readonly set: PolicySet;
  /**
   * The policies that apply. Kept for as long as the workload is the very same object: whoever describes containers makes
   * a new one when metadata arrives, and with it the answer is made anew. Incomplete ones are not kept.
   */
  decisionFor(workload: Workload, isComplete: boolean): ScopeDecision;
}

export function createScopeCache(set: PolicySet): ScopeCache {
  // Goes with the workloads: what a container took is free when the container is forgotten.
  const decisions = new WeakMap<Workload, ScopeDecision>();
  return {
    set,
    decisionFor(workload, isComplete) {
      const known = decisions.get(workload);
      if (known !== undefined) return known;
      const decision = scopeVerdict(set, workload, isComplete);
      if (isComplete) decisions.set(workload, decision);
      return decision;
    },
  };
}
