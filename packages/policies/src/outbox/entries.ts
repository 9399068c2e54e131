import { createHash, randomUUID } from 'node:crypto';
import type { FindingGroup, NewOutboxEntry } from '@seawall/store';
import type { OutgoingMessage } from '../channel/attempt.ts';
import { type DigestNotice, isoTime, type Notice, noticeGroup } from '../channel/notice.ts';
import { compareSeverities } from '../channel/routing.ts';
import type { Held, HeldItem } from './memory.ts';

/** Groups that a digest lists; the others it counts. */
const MOST_LISTED = 20;

/** The entry about one group: that it is new, or again there, or goes on. */
export function groupEntry(
  channel: string,
  item: HeldItem,
  group: FindingGroup,
  now: number,
): NewOutboxEntry {
  const time = new Date(now).toISOString();
  const told = noticeGroup(group);
  const notice: Notice =
    item.kind === 'summary'
      ? {
          kind: 'summary',
          time,
          group: told,
          since: new Date(item.since).toISOString(),
          newOccurrences: Math.max(1, group.count - item.fromCount),
        }
      : { kind: 'finding', time, isReopened: item.kind === 'reopened', group: told };
  return {
    channel,
    deduplicationKey: keyOf(channel, item.kind, group.key, String(group.count)),
    event: 'trigger',
    group: group.key,
    severity: group.severity,
    payload: notice,
    due: nanoseconds(now),
  };
}

/** The entry that says what a person decided. */
export function decisionEntry(channel: string, group: FindingGroup, now: number): NewOutboxEntry {
  const { state, decision } = group;
  const time = decision === undefined ? new Date(now).toISOString() : isoTime(decision.time);
  const notice: Notice = {
    kind: 'decision',
    time,
    group: noticeGroup(group),
    actor: decision?.actor ?? 'somebody',
    comment: decision?.comment ?? null,
  };
  return {
    channel,
    deduplicationKey: keyOf(channel, state, group.key, time),
    event: state === 'resolved' ? 'resolve' : 'acknowledge',
    group: group.key,
    severity: group.severity,
    payload: notice,
    due: nanoseconds(now),
  };
}

/** The entry that sums up what was held back. @param groups those of its items that are still worth telling. */
export function digestEntry(
  channel: string,
  held: Held,
  groups: readonly (readonly [HeldItem, FindingGroup])[],
  now: number,
): NewOutboxEntry {
  const worstFirst = groups.toSorted(([, left], [, right]) =>
    compareSeverities(left.severity, right.severity),
  );
  const since = new Date(held.since).toISOString();
  const notice: DigestNotice = {
    kind: 'digest',
    time: new Date(now).toISOString(),
    since,
    reason: held.reason,
    severity: worstFirst[0]?.[1].severity ?? 'info',
    groups: worstFirst.slice(0, MOST_LISTED).map(([, group]) => noticeGroup(group)),
    groupCount: groups.length + held.furtherGroups,
    newOccurrences: groups.reduce(
      (sum, [item, group]) => sum + group.count - item.fromCount,
      held.furtherGroups,
    ),
  };
  const ids = groups.map(([, { id, count }]) => `${id}:${count}`).join(',');
  return {
    channel,
    deduplicationKey: keyOf(channel, 'digest', since, ids),
    event: 'digest',
    group: undefined,
    severity: notice.severity,
    payload: notice,
    due: nanoseconds(now),
  };
}

/** The message that says only that the channel works. @param now milliseconds since the epoch */
export function testMessage(channel: string, now: number): OutgoingMessage & { readonly event: 'test' } {
  return {
    event: 'test',
    deduplicationKey: keyOf(channel, 'test', randomUUID()),
    notice: { kind: 'test', time: new Date(now).toISOString(), channel },
  };
}

/** The entry that makes a test message take the way that all others take. */
export function testEntry(channel: string, now: number): NewOutboxEntry {
  const { notice: payload, ...message } = testMessage(channel, now);
  return { ...message, channel, group: undefined, severity: 'high', payload, due: nanoseconds(now) };
}

/** The same for the same message, also when it is decided again after a crash. */
function keyOf(...parts: readonly string[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 32);
}

function nanoseconds(milliseconds: number): bigint {
  return BigInt(Math.floor(milliseconds)) * 1_000_000n;
}
