import { stringify } from 'yaml';
import type { BehaviourKey } from './behaviours.ts';
import { confidenceOf, type Evidence, type LearnedEntry, type LearnedPod } from './learned.ts';

const MOST_OF_AN_EXAMPLE = 100;
const MOST_OF_A_COMMENT = 260;

/**
 * @param origin what it was learned from, for the comment at the top.
 * @returns a profile that `generate` takes, with the evidence of each entry in a comment behind it.
 */
export function renderLearned(pods: readonly LearnedPod[], origin: string): string {
  const head = [
    `Learned by \`seawall profile learn\` from ${origin}.`,
    'Behind each entry: how sure it is (the longer it was seen, and in the more starts, the surer), how often it was seen,',
    'from when to when, in how many starts, and an example. Read it, take out what should not be, then',
    '`seawall profile generate` writes the rules.',
  ].map((line) => commentOf(line));
  return `${[head.join('\n'), ...pods.map(podText)].join('\n\n')}\n`;
}

function podText(pod: LearnedPod): string {
  const lines = [
    `# ${oneLine(pod.workloads.join(', '))}`,
    ...told('started by', pod.parents),
    ...told('users', pod.users),
    ...told('capabilities', pod.capabilities),
    `- podname: ${scalar(pod.podname)}`,
    ...(pod.namespace === undefined ? [] : [`  namespace: ${scalar(pod.namespace)}`]),
  ];
  for (const [key, entries] of Object.entries(pod.entries) as [BehaviourKey, readonly LearnedEntry[]][]) {
    if (entries.length === 0) lines.push(`  ${key}: false`);
    else
      lines.push(
        `  ${key}:`,
        ...entries.map((entry) => `    - ${scalar(entry.value)} # ${evidenceText(entry)}`),
      );
  }
  return lines.join('\n');
}

/** What a profile has no key for, as comments. */
function told(what: string, entries: readonly LearnedEntry[]): string[] {
  return entries.length === 0 ? [] : [commentOf(`${what}: ${entries.map(({ value }) => value).join(', ')}`)];
}

function evidenceText(evidence: Evidence): string {
  const { count, first, last, starts, example, seen } = evidence;
  const parts = [
    `${Math.floor(confidenceOf(evidence) * 100)} %`,
    `${count} ${count === 1 ? 'time' : 'times'}`,
    first === last ? timeText(first) : `${timeText(first)} to ${timeText(last)}`,
    `${starts} ${starts === 1 ? 'start' : 'starts'}`,
    example.length > MOST_OF_AN_EXAMPLE ? `${example.slice(0, MOST_OF_AN_EXAMPLE)}...` : example,
  ];
  if (seen.length > 0) parts.push(`seen: ${seen.join(' ')}`);
  return oneLine(parts.join('; '));
}

function commentOf(text: string): string {
  return `# ${oneLine(text)}`;
}

function oneLine(text: string): string {
  const plain = text.replace(/[\p{C}\p{Zl}\p{Zp}]/gu, '?');
  return plain.length > MOST_OF_A_COMMENT ? `${plain.slice(0, MOST_OF_A_COMMENT)}...` : plain;
}

function timeText(nanoseconds: bigint): string {
  return new Date(Number(nanoseconds / 1_000_000n)).toISOString().replace(/\.\d+Z$/, 'Z');
}

function scalar(value: string | number): string {
  return stringify([value], { collectionStyle: 'flow', flowCollectionPadding: false, lineWidth: 0 })
    .trim()
    .replace(/^\[\s*/, '')
    .replace(/\s*\]$/, '');
}
