import type { FindingGroup } from '@seawall/store';
import type { GroupMemory, Told } from './memory.ts';

/** What a channel hears of new occurrences of a group. */
export type GroupDecision =
  /** It never heard of the group. */
  | 'finding'
  /** The group had been called resolved. */
  | 'reopened'
  /** It goes on, and the time between messages is over. */
  | 'summary'
  /** It goes on, but the last message is too young. */
  | 'wait'
  /** Someone is at it, or there is nothing new. */
  | 'nothing';

/**
 * Decides whether a channel hears of a group now.
 * @param group as it is stored now. @param known the state that channels know. @param told what this one was told.
 * @param summaryEvery milliseconds, as `now` since the epoch.
 */
export function decideGroup(
  group: Pick<FindingGroup, 'state' | 'count'>,
  known: GroupMemory['state'] | undefined,
  told: Told | undefined,
  summaryEvery: number,
  now: number,
): GroupDecision {
  if (group.state !== 'open') return 'nothing';
  if (told === undefined) return 'finding';
  if (group.count <= told.count) return 'nothing';
  if (known === 'resolved') return 'reopened';
  return isOver(told, summaryEvery, now) ? 'summary' : 'wait';
}

/** Whether a channel may hear of the group again. A message from the future was sent before the clock was set back: it counts as old. */
export function isOver(told: Told, summaryEvery: number, now: number): boolean {
  return now - told.at >= summaryEvery || told.at > now;
}
