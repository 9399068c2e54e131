import { createHash } from 'node:crypto';
import type { GroupIdentity, Workload } from '@seawall/store';
import type { RuntimePolicy } from '../policy/policy.ts';
import type { RuleFacts } from '../rule-set/rule-set.ts';
import { maskIds } from './mask.ts';
import { podOwner, workloadName } from './pod-owner.ts';
import { severityOfPriority } from './severity.ts';

/**
 * The group that a finding belongs to: its policy, rule, workload, and its output with ids removed. Restarted containers and
 * other pods of the same owner are the same workload; so are static pods on several nodes. The host is one for each node.
 * @param output the rule's output with its fields filled in, as text.
 */
export function groupIdentity(
  policy: Pick<RuntimePolicy, 'name' | 'severity' | 'runbook'>,
  rule: Pick<RuleFacts, 'name' | 'source' | 'priority' | 'tags'>,
  workload: Workload,
  output: string,
): GroupIdentity {
  const pattern = outputPattern(workload, output);
  const identity = [
    policy.name,
    rule.name,
    rule.source,
    workload.cluster ?? '',
    workloadName(workload),
    pattern,
  ];
  return {
    key: createHash('sha256').update(JSON.stringify(identity)).digest('hex').slice(0, 32),
    policy: policy.name,
    rule: rule.name,
    source: rule.source,
    priority: rule.priority,
    severity: policy.severity ?? severityOfPriority(rule.priority),
    tags: rule.tags,
    runbook: policy.runbook,
    pattern,
  };
}

/** The pod's own name is known, so that its random end needs no guessing. */
function outputPattern(workload: Workload, output: string): string {
  const { pod } = workload;
  const owner = podOwner(workload);
  if (pod === undefined || owner === undefined || owner === pod) return maskIds(output);
  return maskIds(output.replaceAll(pod, `${owner}-<pod>`));
}
