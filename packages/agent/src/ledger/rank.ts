import { type Priority, priorities } from '@seawall/rules';
import type { Severity } from '@seawall/store';
import type { Sighting } from '../hot-loop/messages.ts';

/** Lowest first. */
const SEVERITIES = ['info', 'low', 'medium', 'high'] as const satisfies readonly Severity[];

/** The rank of what must not go without a trace: something was done about it, or is to be done. */
export const ACTED_ON = SEVERITIES.length * priorities.length;
/** The rank of what is owed to somebody who waits for an answer, and sends again what had none. */
export const OWED = ACTED_ON + 1;
export const RANKS = OWED + 1;

/**
 * Which findings make room for which: the lower the rank, the sooner. What a policy says of its severity counts more than the
 * rule's priority.
 */
export function rankOf({ alert, severity, actions }: Sighting): number {
  // What the kernel refused is done already, and whoever tries it may try it a thousand times a second.
  if (actions.some(({ decision }) => decision.outcome === 'planned' && decision.kind !== 'deny')) {
    return ACTED_ON;
  }
  return SEVERITIES.indexOf(severity) * priorities.length + urgencyOf(alert.priority);
}

/** Counts by priority, the most urgent first as in `priorities`. */
export type PriorityCounts = readonly number[];

export const NO_PRIORITIES: PriorityCounts = priorities.map(() => 0);

/** Both together. */
export function addPriorities(left: PriorityCounts, right: PriorityCounts): PriorityCounts {
  return left.map((count, index) => count + right[index]);
}

export function sumOf(counts: PriorityCounts): number {
  return counts.reduce((sum, count) => sum + count, 0);
}

export function priorityIndex(priority: Priority): number {
  return priorities.indexOf(priority);
}

/** The rank among priorities alone: 0 for the least urgent. */
export function urgencyOf(priority: Priority): number {
  return priorities.length - 1 - priorityIndex(priority);
}

/** `3 Critical, 200 Notice` */
export function priorityText(counts: PriorityCounts): string {
  return priorities
    .flatMap((priority, index) => (counts[index] > 0 ? [`${counts[index]} ${priority}`] : []))
    .join(', ');
}
