import { nanosecondsNow } from '@seawall/base';
import type { ActionKind } from '@seawall/store';
import type { RuntimePolicy } from '../policy/policy.ts';
import type {
  ActionDecision,
  ActionParameters,
  ActionTarget,
  OffenceFacts,
  RefusalCause,
} from './decision.ts';
import { hitsEtcdMember } from './etcd-member.ts';
import type { GuardState } from './guards.ts';
import { targetOf, targetText } from './target.ts';
import type { PolicyAction } from './wanted.ts';

/** The part of a policy that actions depend on. */
export type ActingPolicy = Pick<
  RuntimePolicy,
  'name' | 'mode' | 'actions' | 'allowsQuorumLoss' | 'isDryRun' | 'rateLimit' | 'coolDownMilliseconds'
>;

const kinds = {
  capture: 'capture',
  pause: 'pause-container',
  stop: 'stop-container',
  kill: 'kill-container',
  'kill-process': 'kill-process',
  label: 'label-pod',
  isolate: 'isolate-pod',
} as const satisfies Partial<Record<PolicyAction['type'], ActionKind>>;

type DecidedType = keyof typeof kinds;

/** What ends things comes first: every moment counts for it. */
const ORDER: readonly DecidedType[] = [
  'kill',
  'kill-process',
  'pause',
  'stop',
  'isolate',
  'label',
  'capture',
];

const immediateKinds: ReadonlySet<ActionKind> = new Set([
  'kill-container',
  'kill-process',
  'pause-container',
]);

interface Wanted {
  readonly kind: ActionKind;
  readonly target: ActionTarget;
  readonly reason: string;
  readonly parameters: ActionParameters;
}

/**
 * Decides what is done about an occurrence: every action that the policy lists and its mode allows, each planned or refused
 * with the reason. Changes the guard state: turns are counted and cool-downs begin here, in dry runs as well.
 *
 * Where an action would take a member of etcd away and break its cluster's quorum, or nobody knows whether it would, it is
 * refused and the offending process is killed instead, unless the policy allows the loss.
 */
export function decideActions(
  policy: ActingPolicy,
  facts: OffenceFacts,
  guards: GuardState,
): readonly ActionDecision[] {
  if (policy.mode === 'shadow') return [];
  const wanted = policy.actions
    .filter((action) => isDecided(action.type) && (policy.mode === 'enforce' || action.type === 'capture'))
    .toSorted(
      (left, right) => ORDER.indexOf(left.type as DecidedType) - ORDER.indexOf(right.type as DecidedType),
    );
  const decisions: ActionDecision[] = [];
  const decide = (decision: ActionDecision): void => {
    // A process that is killed in place of its container may be on the policy's list as well.
    if (!decisions.some(({ key }) => key === decision.key)) decisions.push(decision);
  };
  for (const action of wanted) {
    const kind = kinds[action.type as DecidedType];
    const target = targetOf(action.type, facts);
    if (typeof target === 'string') {
      decide(refusal(policy, facts, guards, kind, facts.workload.node, 'no-target', target));
      continue;
    }
    const reason = `the policy ${policy.name} says so`;
    const first = decideOne(policy, facts, guards, {
      kind,
      target,
      reason,
      parameters: parametersOf(action),
    });
    decide(first);
    if (first.outcome !== 'refused' || first.cause !== 'quorum' || facts.process === undefined) continue;
    if (kind === 'kill-process') continue;
    const instead: Wanted = {
      kind: 'kill-process',
      target: { kind: 'process', process: facts.process },
      reason: `in place of ${kind}: ${first.reason}`,
      parameters: {},
    };
    decide(decideOne(policy, facts, guards, instead));
  }
  return decisions;
}

function isDecided(type: PolicyAction['type']): type is DecidedType {
  return type in kinds;
}

function decideOne(
  policy: ActingPolicy,
  facts: OffenceFacts,
  guards: GuardState,
  { kind, target, reason, parameters }: Wanted,
): ActionDecision {
  const shown = targetText(target);
  const refuse = (cause: RefusalCause, why: string) =>
    refusal(policy, facts, guards, kind, shown, cause, why);
  let because = reason;
  if (kind !== 'capture') {
    const untouchable = guards.neverTouch(target, facts);
    if (untouchable !== undefined) return refuse('never-touch', untouchable);
    if (kind !== 'label-pod' && hitsEtcdMember(target, facts, guards.etcdNamespaces)) {
      const danger = quorumDanger(guards);
      if (danger !== undefined && !policy.allowsQuorumLoss) return refuse('quorum', danger);
      if (danger !== undefined) because = `${reason}, and allows the loss of etcd’s quorum (${danger})`;
    }
  }
  const coolDownKey = `${kind} ${shown}`;
  const coolsUntil = guards.coolsUntil(coolDownKey);
  if (coolsUntil !== undefined) {
    return refuse(
      'cool-down',
      `the same was done to it a moment ago: it is left alone until ${timeText(coolsUntil)}`,
    );
  }
  // Captures change nothing, so they don't use up what is allowed of the rest.
  const turn = guards.takeTurn(kind === 'capture' ? `${policy.name} capture` : policy.name, policy.rateLimit);
  if (!turn.isAllowed) {
    const { count, perMilliseconds } = policy.rateLimit;
    const limit = `${count} in ${perMilliseconds / 1000} s`;
    return refuse(
      'rate-limit',
      `the policy acts no more than ${limit}: there is room again at ${timeText(turn.freeAt)}`,
    );
  }
  guards.startCoolDown(coolDownKey, policy.coolDownMilliseconds);
  if (policy.isDryRun) {
    return {
      ...refuse('dry-run', `dry run: otherwise it would be done, since ${because}`),
      outcome: 'dry-run',
    };
  }
  return {
    outcome: 'planned',
    key: `${facts.occurrence}/${kind}`,
    kind,
    target,
    policy: policy.name,
    occurrence: facts.occurrence,
    time: nanosecondsNow(guards),
    eventTime: facts.time,
    reason: because,
    isImmediate: immediateKinds.has(kind),
    parameters,
  };
}

/** Why one member less is too many, or may be; undefined where the cluster can spare one. */
function quorumDanger(guards: GuardState): string | undefined {
  const verdict = guards.quorum();
  switch (verdict.kind) {
    case 'keeps':
      return undefined;
    case 'breaks': {
      const { healthy, members } = verdict;
      return `without this etcd member ${healthy - 1} of ${members} would be left, ${Math.floor(members / 2) + 1} are needed for a quorum`;
    }
    case 'unknown':
      return `it is not known whether etcd’s cluster can spare this member: ${verdict.reason}`;
  }
}

function refusal(
  policy: ActingPolicy,
  facts: OffenceFacts,
  guards: GuardState,
  kind: ActionKind,
  target: string,
  cause: RefusalCause,
  reason: string,
) {
  return {
    outcome: 'refused' as 'refused' | 'dry-run',
    cause,
    key: `${facts.occurrence}/${kind}`,
    kind,
    target,
    policy: policy.name,
    occurrence: facts.occurrence,
    time: nanosecondsNow(guards),
    reason,
  };
}

function parametersOf(action: PolicyAction): ActionParameters {
  switch (action.type) {
    case 'pause':
      return { forMilliseconds: action.forMilliseconds };
    case 'stop':
      return { graceMilliseconds: action.graceMilliseconds };
    case 'label':
      return { labels: action.labels };
    case 'capture': {
      const { beforeMilliseconds, afterMilliseconds, extent, maximumBytes } = action;
      return { beforeMilliseconds, afterMilliseconds, extent, maximumBytes };
    }
    default:
      return {};
  }
}

function timeText(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}
