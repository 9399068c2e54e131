import { createHash } from 'node:crypto';
import type { AncestryEntry, Occurrence, Workload } from '@seawall/store';
import type { RuntimePolicy } from '../policy/policy.ts';
import type { RuleFacts } from '../rule-set/rule-set.ts';
import { groupIdentity } from './group.ts';

/** A match of a rule that counts for a policy. */
export interface Match {
  /**
   * Names the event for good: the same when it is read again, different for any other event of any source. Such as a
   * capture's name and the event's number, or the node's boot id, time, thread and number of a live one.
   */
  readonly event: string;
  /** Nanoseconds since the epoch. */
  readonly time: bigint;
  /** The rule's output with its fields filled in, as text. */
  readonly output: string;
  /** The fields that the output shows and those added on request, by name; JSON values. */
  readonly fields: Readonly<Record<string, unknown>>;
  readonly workload: Workload;
  /** The process and its ancestors, itself first. */
  readonly ancestry: readonly AncestryEntry[];
  /** False where events were lost or metadata was missing when it was decided. */
  readonly isStateComplete: boolean;
}

/** What is kept of a match. Its key is the same for the same event, rule and policy. */
export function createOccurrence(
  policy: Pick<RuntimePolicy, 'name' | 'severity' | 'runbook' | 'mode'>,
  rule: Pick<RuleFacts, 'name' | 'source' | 'priority' | 'tags'>,
  match: Match,
): Occurrence {
  const { event, time, output, fields, workload, ancestry, isStateComplete } = match;
  return {
    key: occurrenceKey(event, rule, policy.name),
    group: groupIdentity(policy, rule, workload, output),
    time,
    output,
    fields,
    workload,
    ancestry,
    isStateComplete,
    mode: policy.mode,
  };
}

/** The key of the occurrence that an event makes: the same for the same event, rule and policy. */
export function occurrenceKey(
  event: string,
  rule: Pick<RuleFacts, 'name' | 'source'>,
  policy: string,
): string {
  const identity = JSON.stringify([event, rule.source, rule.name, policy]);
  return createHash('sha256').update(identity).digest('hex').slice(0, 32);
}
