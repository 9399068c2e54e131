import { type PolicySet, type ResolvedPolicy, scopeVerdict } from '@seawall/policies';
import type { Workload } from '@seawall/store';

/** What a policy says to an alert. A drill does nothing of it: who acts is the agent that runs on the node. */
export interface PolicyAnswer {
  readonly policy: string;
  readonly mode: ResolvedPolicy['mode'];
  readonly isDryRun: boolean;
  /** Types of the actions that its mode lets happen. */
  readonly actions: readonly string[];
}

/** Actions that change nothing on the node, which are all that mode `alert` does. */
const HARMLESS: readonly string[] = ['notify', 'capture'];

/** What the policies of a set say to an alert of a rule there; none: no policy is about both. */
export function policyAnswers(set: PolicySet, workload: Workload, rule: string): readonly PolicyAnswer[] {
  return scopeVerdict(set, workload)
    .policiesFor(rule)
    .map((policy) => ({
      policy: policy.name,
      mode: policy.mode,
      isDryRun: policy.isDryRun,
      actions: actionsOf(policy),
    }));
}

function actionsOf({ mode, actions }: ResolvedPolicy): readonly string[] {
  if (mode === 'shadow') return [];
  const types = actions.map(({ type }) => type);
  return mode === 'alert' ? types.filter((type) => HARMLESS.includes(type)) : types;
}
