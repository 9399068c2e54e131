import { formatLocalTime } from '@seawall/base';
import { occurrenceKey, type RuleFacts } from '@seawall/policies';
import type { Violation, ViolationReason } from '@seawall/probe';
import { bytesFromText, type JsonValue, type Priority, textFromBytes } from '@seawall/rules';
import type { Severity, Workload } from '@seawall/store';
import type { Alert } from '../alert/alert.ts';
import type { SightedAction, Sighting } from '../hot-loop/messages.ts';
import type { DenyingPolicy } from './wanted-guard.ts';

const SOURCE = 'syscall';
const TAGS = ['seawall_deny'];

const RULE_OF_REASON: Readonly<Partial<Record<ViolationReason, string>>> = {
  mapping: 'Denied code',
  call: 'Denied call',
  connection: 'Denied connection',
  open: 'Denied open',
};

const PRIORITY_OF_SEVERITY: Readonly<Record<Severity, Priority>> = {
  high: 'Error',
  medium: 'Warning',
  low: 'Notice',
  info: 'Informational',
};

const REASONS: Readonly<Record<ViolationReason, string>> = {
  'not-listed': 'it is not on the list',
  changed: 'it is not the image’s file',
  interpreter: 'the script’s interpreter is not on the list',
  'script-unknown': 'the script could not be found out',
  loader: 'its loader is not the image’s',
  mapping: 'the code is not on the list',
  call: 'the call is forbidden',
  connection: 'the port is forbidden',
  open: 'the file is forbidden',
};

const OUTCOMES: Readonly<Record<Violation['outcome'], string>> = {
  ended: 'the kernel ended the process',
  denied: 'the kernel refused it',
  reported: 'nothing was stopped',
};

/** What was denied, as findings: one for each policy that it broke. */
export interface DenialOptions {
  readonly hostname: string;
  readonly generation: number;
  /** Names it for good. */
  readonly event: string;
  readonly workload: Workload;
}

/** @param broken the policies, at least one. */
export function sightingsOfDenial(
  violation: Violation,
  broken: readonly DenyingPolicy[],
  options: DenialOptions,
): readonly Sighting[] {
  const { generation, event, workload } = options;
  const alert = alertOf(violation, broken[0].policy.severity ?? 'high', options);
  const { rule: name, source, priority, tags } = alert;
  const rule: RuleFacts = { name, source, priority, tags, isEnabled: true, file: '(the kernel)' };
  const executable = isAboutProgram(violation) ? textFromBytes(violation.file?.path ?? '') : '';
  const process = { pid: violation.pid, name: textFromBytes(violation.comm), executable };
  return broken.map(({ policy }) => ({
    alert,
    severity: policy.severity ?? 'high',
    rule,
    policy: policy.name,
    generation,
    event,
    workload,
    ancestry: [{ ...process, commandLine: '', user: undefined }],
    isStateComplete: true,
    isUndecided: false,
    actions: actionsOf(policy, violation, occurrenceKey(event, rule, policy.name), process),
  }));
}

function alertOf(violation: Violation, severity: Severity, { hostname, workload }: DenialOptions): Alert {
  const { timestamp, reason, outcome, pid, thread, comm, file, call, destination } = violation;
  const { container, pod, namespace } = workload;
  const rule = RULE_OF_REASON[reason] ?? 'Denied program';
  const priority = PRIORITY_OF_SEVERITY[severity];
  const time = formatLocalTime(timestamp, { date: false, nanoseconds: true });
  const shownAddress = destination?.address.includes(':') ? `[${destination.address}]` : destination?.address;
  const shown: readonly (readonly [name: string, value: string | undefined])[] = [
    ['file', file?.path],
    ['call', call],
    ['destination', destination && `${shownAddress}:${destination.port}`],
    ['process', comm],
    ['pid', String(pid)],
    ['container_id', textBytes(container?.id.slice(0, 12))],
    ['container_name', textBytes(container?.name)],
    ['k8s_pod_name', textBytes(pod)],
    ['k8s_ns_name', textBytes(namespace)],
  ];
  const words = shown.flatMap(([name, value]) => (value === undefined ? [] : [`${name}=${value}`]));
  const fields: readonly (readonly [name: string, value: JsonValue | undefined])[] = [
    ['deny.reason', reason],
    ['deny.outcome', outcome],
    ['proc.pid', String(pid)],
    ['thread.tid', String(thread)],
    ['proc.name', comm],
    [isAboutProgram(violation) ? 'proc.exepath' : 'fd.name', file?.path],
    ['evt.type', call],
    ['fd.rip', destination?.address],
    ['fd.rport', destination && String(destination.port)],
    ['fd.l4proto', destination && String(destination.protocol)],
    ['container.id', textBytes(container?.id.slice(0, 12))],
    ['container.name', textBytes(container?.name)],
    ['container.image', textBytes(container?.image)],
    ['k8s.pod.name', textBytes(pod)],
    ['k8s.ns.name', textBytes(namespace)],
  ];
  return {
    rule,
    priority,
    source: SOURCE,
    tags: TAGS,
    timestamp,
    hostname,
    prefix: `${time}: ${priority}`,
    message: `${rule} (${bytesFromText(`${REASONS[reason]}; ${OUTCOMES[outcome]}`)}) ${words.join(' ')}`,
    fields: new Map(fields.flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const]))),
  };
}

/** The audit trail's line: what the kernel did is done already. */
function actionsOf(
  { name: policy }: DenyingPolicy['policy'],
  { timestamp, pid, outcome, reason }: Violation,
  occurrence: string,
  process: { readonly name: string; readonly executable: string },
): readonly SightedAction[] {
  const common = {
    key: `${occurrence}/deny`,
    kind: 'deny',
    policy,
    occurrence,
    time: timestamp,
  } as const;
  if (outcome === 'reported') {
    const target = process.name === '' ? `pid ${pid}` : `pid ${pid} (${process.name})`;
    const detail = `dry run: otherwise the kernel would refuse it, since ${REASONS[reason]}`;
    return [
      {
        decision: { ...common, outcome: 'dry-run', cause: 'dry-run', target, reason: detail },
        outcome: undefined,
        latencyMilliseconds: undefined,
        reactionMilliseconds: undefined,
      },
    ];
  }
  return [
    {
      decision: {
        ...common,
        outcome: 'planned',
        target: { kind: 'process', process: { pid, seenAt: timestamp, isKernelThread: false, ...process } },
        eventTime: timestamp,
        reason: REASONS[reason],
        isImmediate: true,
        parameters: {},
      },
      outcome: { result: 'done', detail: OUTCOMES[outcome], undo: undefined },
      // The kernel refuses in the very moment.
      latencyMilliseconds: 0,
      reactionMilliseconds: undefined,
    },
  ];
}

function isAboutProgram({ reason }: Violation): boolean {
  return !['mapping', 'call', 'connection', 'open'].includes(reason);
}

function textBytes(text: string | undefined): string | undefined {
  return text === undefined ? undefined : bytesFromText(text);
}
