import type { FindingGroup } from '@seawall/store';
import type { NotificationChannelSpec } from '../channel/channel.ts';
import { isAtLeast, matchesPattern } from '../channel/routing.ts';

/** Whether a channel's routing takes a group: all of its conditions hold. */
export function acceptsGroup(
  { routing }: Pick<NotificationChannelSpec, 'routing'>,
  { severity, policy, workload }: Pick<FindingGroup, 'severity' | 'policy' | 'workload'>,
): boolean {
  if (routing === undefined) return true;
  const { minimumSeverity, severities, policies, namespaces, podLabels, containerLabels } = routing;
  return (
    (minimumSeverity === undefined || isAtLeast(severity, minimumSeverity)) &&
    (severities === undefined || severities.includes(severity)) &&
    (policies === undefined || matchesAny(policies, policy)) &&
    (namespaces === undefined || matchesAny(namespaces, workload.namespace)) &&
    hasLabels(podLabels, workload.podLabels) &&
    hasLabels(containerLabels, workload.container?.labels)
  );
}

function matchesAny(patterns: readonly string[], name: string | undefined): boolean {
  return name !== undefined && patterns.some((pattern) => matchesPattern(pattern, name));
}

function hasLabels(
  wanted: Readonly<Record<string, string>> | undefined,
  actual: Readonly<Record<string, string>> | undefined,
): boolean {
  return Object.entries(wanted ?? {}).every(
    ([label, pattern]) =>
      actual !== undefined && Object.hasOwn(actual, label) && matchesPattern(pattern, actual[label]!),
  );
}
