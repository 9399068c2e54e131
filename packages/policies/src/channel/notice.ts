import type { FindingGroup, FindingState, Severity } from '@seawall/store';

/** A group of findings as channels tell of it: plain JSON, bounded in size, times as ISO 8601 in UTC. */
export interface NoticeGroup {
  /** What `seawall findings show` takes. */
  readonly id: number;
  readonly key: string;
  readonly policy: string;
  readonly rule: string;
  readonly source: string;
  readonly priority: string;
  readonly severity: Severity;
  readonly tags: readonly string[];
  readonly runbook: string | null;
  readonly state: FindingState;
  /** Of the last occurrence. */
  readonly output: string;
  readonly count: number;
  readonly uniqueOutputs: number;
  readonly first: string;
  readonly last: string;
  readonly node: string;
  readonly cluster: string | null;
  readonly namespace: string | null;
  readonly pod: string | null;
  readonly container: NoticeContainer | null;
}

export interface NoticeContainer {
  readonly id: string;
  readonly name: string | null;
  readonly image: string | null;
  readonly digest: string | null;
}

/** What a channel is told; the payload of an entry of the outbox. */
export type Notice = FindingNotice | SummaryNotice | DecisionNotice | DigestNotice | TestNotice;

/** Something new happened, or again what a person had called resolved. */
export interface FindingNotice {
  readonly kind: 'finding';
  readonly time: string;
  readonly isReopened: boolean;
  readonly group: NoticeGroup;
}

/** What was told before goes on. */
export interface SummaryNotice {
  readonly kind: 'summary';
  readonly time: string;
  readonly group: NoticeGroup;
  /** The time of the last message about it. */
  readonly since: string;
  /** Occurrences since then. */
  readonly newOccurrences: number;
}

/** A person acknowledged or resolved it. */
export interface DecisionNotice {
  readonly kind: 'decision';
  readonly time: string;
  readonly group: NoticeGroup;
  readonly actor: string;
  readonly comment: string | null;
}

/** Many at once, after a flood or at the end of quiet hours. */
export interface DigestNotice {
  readonly kind: 'digest';
  readonly time: string;
  readonly since: string;
  readonly reason: 'rate limit' | 'quiet hours';
  /** Of the worst group. */
  readonly severity: Severity;
  /** The worst groups first; more than are listed are only counted. */
  readonly groups: readonly NoticeGroup[];
  readonly groupCount: number;
  readonly newOccurrences: number;
}

/** Sent by a person to see whether the channel works. */
export interface TestNotice {
  readonly kind: 'test';
  readonly time: string;
  readonly channel: string;
}

/** Longer outputs are cut: channels cut them anyway, and the finding has all of it. */
const LONGEST_OUTPUT = 4000;

const LONGEST_NAME = 500;

/** What channels tell of a group. */
export function noticeGroup(group: FindingGroup): NoticeGroup {
  const { workload } = group;
  const { container } = workload;
  return {
    id: group.id,
    key: group.key,
    policy: cut(group.policy),
    rule: cut(group.rule),
    source: cut(group.source),
    priority: group.priority,
    severity: group.severity,
    tags: group.tags.slice(0, 50).map((tag) => cut(tag)),
    runbook: group.runbook ?? null,
    state: group.state,
    output: cut(group.output, LONGEST_OUTPUT),
    count: group.count,
    uniqueOutputs: group.uniqueOutputs,
    first: isoTime(group.first),
    last: isoTime(group.last),
    node: cut(workload.node),
    cluster: orNull(workload.cluster),
    namespace: orNull(workload.namespace),
    pod: orNull(workload.pod),
    container:
      container === undefined
        ? null
        : {
            id: cut(container.id),
            name: orNull(container.name),
            image: orNull(container.image),
            digest: orNull(container.digest),
          },
  };
}

/** Nanoseconds since the epoch as ISO 8601 in UTC, to the millisecond. */
export function isoTime(nanoseconds: bigint): string {
  return new Date(Number(nanoseconds / 1_000_000n)).toISOString();
}

/** The severity to show a notice with. */
export function severityOf(notice: Notice): Severity {
  if (notice.kind === 'digest') return notice.severity;
  return notice.kind === 'test' ? 'info' : notice.group.severity;
}

function orNull(text: string | undefined): string | null {
  return text === undefined ? null : cut(text);
}

/** Never between the halves of a character. */
function cut(text: string, longest = LONGEST_NAME): string {
  return text.length <= longest ? text : `${text.slice(0, longest - 1).toWellFormed()}…`;
}
