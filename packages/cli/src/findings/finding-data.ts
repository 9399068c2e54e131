import type { ActionRecord, FindingGroup, Gap, StoredOccurrence, UniqueOutput } from '@seawall/store';

/** Findings as JSON for programs: names in Falco's style, times in nanoseconds since the epoch. */

export function groupData({ first, last, uniqueOutputs, ...group }: FindingGroup) {
  return { ...group, first_seen: first, last_seen: last, unique_outputs: uniqueOutputs };
}

export function occurrenceData({ groupId, group, isStateComplete, ...occurrence }: StoredOccurrence) {
  return {
    ...occurrence,
    finding: groupId,
    policy: group.policy,
    rule: group.rule,
    priority: group.priority,
    severity: group.severity,
    tags: group.tags,
    is_state_complete: isStateComplete,
  };
}

export function outputData({ text, count, first, last }: UniqueOutput) {
  return { text, count, first_seen: first, last_seen: last };
}

export function actionData({ latencyMilliseconds, ...action }: ActionRecord) {
  return { ...action, latency_milliseconds: latencyMilliseconds };
}

export function gapData({ lostEvents, ...gap }: Gap) {
  return { ...gap, lost_events: lostEvents };
}
