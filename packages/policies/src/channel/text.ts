import type { Severity } from '@seawall/store';
import type { Notice, NoticeGroup } from './notice.ts';

/** What every channel says of a notice, whatever it makes of it. */
export interface NoticeText {
  /** One line. */
  readonly title: string;
  /** What happened, in the rule's words; undefined where there are many, or none. */
  readonly output: string | undefined;
  /** Name and value, in the order to show them. */
  readonly facts: readonly (readonly [string, string])[];
  /** The findings of a digest, a line each. */
  readonly lines: readonly string[];
  /** What else to know. */
  readonly closing: string | undefined;
  readonly runbook: string | undefined;
}

const severityNames: Readonly<Record<Severity, string>> = {
  high: 'HIGH',
  medium: 'MEDIUM',
  low: 'LOW',
  info: 'INFO',
};

/** One line that says what a notice is about; control characters become spaces. */
export function titleOf(notice: Notice): string {
  return oneLine(plainTitle(notice)).slice(0, 250).toWellFormed();
}

function plainTitle(notice: Notice): string {
  switch (notice.kind) {
    case 'finding':
      return `${head(notice.group)}${notice.isReopened ? ' (again after it was resolved)' : ''}`;
    case 'summary':
      return `${head(notice.group)}: ${times(notice.newOccurrences)} more`;
    case 'decision':
      return `${notice.group.state} by ${notice.actor}: ${notice.group.rule} ${placeOf(notice.group)}`;
    case 'digest':
      return `[${severityNames[notice.severity]}] ${notice.groupCount} ${notice.groupCount === 1 ? 'finding' : 'findings'}, ${times(notice.newOccurrences)} in all`;
    case 'test':
      return `Seawall: test of the channel ${notice.channel}`;
  }
}

/** The texts of a notice. */
export function textOf(notice: Notice): NoticeText {
  const title = titleOf(notice);
  if (notice.kind === 'test') {
    return {
      ...{ title, output: undefined, lines: [], runbook: undefined },
      facts: [['Sent', notice.time]],
      closing: 'Findings will arrive here like this. Nothing happened.',
    };
  }
  if (notice.kind === 'digest') {
    const hidden = notice.groupCount - notice.groups.length;
    return {
      ...{ title, output: undefined, runbook: undefined },
      facts: [
        ['Since', notice.since],
        ['Why gathered', notice.reason],
      ],
      lines: notice.groups.map(
        (group) => `#${group.id} ${oneLine(head(group))}, ${times(group.count)} so far`,
      ),
      closing: hidden > 0 ? `${hidden} more: seawall findings list` : undefined,
    };
  }
  const { group } = notice;
  return {
    title,
    output: group.output,
    facts: [...factsOf(group), ...decisionFacts(notice)],
    lines: [],
    closing:
      notice.kind === 'summary'
        ? `${times(notice.newOccurrences)} since ${notice.since}: seawall findings show ${group.id}`
        : `seawall findings show ${group.id}`,
    runbook: group.runbook ?? undefined,
  };
}

function factsOf(group: NoticeGroup): [string, string][] {
  const { container } = group;
  const facts: [string, string | null | undefined][] = [
    ['Severity', `${severityNames[group.severity]} (${group.priority})`],
    ['Policy', group.policy],
    ['Rule', group.rule],
    ['Cluster', group.cluster],
    ['Node', group.node],
    ['Namespace', group.namespace],
    ['Pod', group.pod],
    ['Container', container === null ? undefined : (container.name ?? container.id.slice(0, 12))],
    ['Container id', container?.id.slice(0, 12)],
    ['Image', container?.image],
    ['Occurrences', String(group.count)],
    ['Unique outputs', String(group.uniqueOutputs)],
    ['First', group.first],
    ['Last', group.last],
    ['Tags', group.tags.length > 0 ? group.tags.join(', ') : undefined],
  ];
  return facts.filter((fact): fact is [string, string] => typeof fact[1] === 'string');
}

function decisionFacts(notice: Notice): [string, string][] {
  if (notice.kind !== 'decision') return [];
  const state = notice.group.state === 'resolved' ? 'Resolved by' : 'Acknowledged by';
  return [
    [state, notice.actor],
    ...(notice.comment ? [['Comment', notice.comment] as [string, string]] : []),
  ];
}

function head(group: NoticeGroup): string {
  return `[${severityNames[group.severity]}] ${group.rule} ${placeOf(group)}`;
}

function placeOf({ namespace, pod, container, node }: NoticeGroup): string {
  const inPod = pod === null ? undefined : `${namespace === null ? '' : `${namespace}/`}${pod}`;
  const name = container?.name ?? container?.id.slice(0, 12);
  return `in ${[inPod, name].filter((part) => part !== undefined).join('/') || 'the host'} on ${node}`;
}

function times(count: number): string {
  return count === 1 ? '1 time' : `${count} times`;
}

function oneLine(text: string): string {
  return text.replace(/\p{Cc}+/gu, ' ');
}
