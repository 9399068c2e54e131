import { type DenyAction, deniedThings, type PolicySet, type ResolvedPolicy } from '@seawall/policies';
import type { GuardPolicy, Violation } from '@seawall/probe';
import { textFromBytes } from '@seawall/rules';
import type { Workload } from '@seawall/store';

/** A policy and what it has the kernel refuse. */
export interface DenyingPolicy {
  readonly policy: ResolvedPolicy;
  readonly action: DenyAction;
}

/** What policies want of one container's guard: a container has one guard, whatever the number of policies. */
export interface WantedGuard {
  /** In the order of the set. */
  readonly denying: readonly DenyingPolicy[];
  readonly guard: GuardPolicy;
}

/** Whether any policy of the set has something for the kernel to refuse. */
export function hasDenials({ policies }: PolicySet): boolean {
  return policies.some((policy) => denialsOf(policy).length > 0);
}

/** In other modes nothing on the node changes: what they list is not done, as loading them says. */
function denialsOf(policy: ResolvedPolicy): readonly DenyingPolicy[] {
  if (policy.mode !== 'enforce') return [];
  return policy.actions.flatMap((action) => (action.type === 'deny' ? [{ policy, action }] : []));
}

/**
 * What the policies that concern a container want of its guard, together: only programs that all of them list, and none of
 * the calls, ports and files that any of them names. Where some enforce, dry runs are left out, since a guard
 * does either the one or the other.
 * @param isComplete false while more of the workload will be known: policies that it may hinge on are left out.
 * @returns undefined where nothing is denied.
 */
export function wantedGuard(
  set: PolicySet,
  workload: Workload,
  isComplete: boolean,
): WantedGuard | undefined {
  const all = set.policies
    .filter(({ scopeTest }) => scopeTest.verdict(workload, isComplete) === 'inside')
    .flatMap(denialsOf);
  const enforcing = all.filter(({ policy }) => !policy.isDryRun);
  const denying = enforcing.length > 0 ? enforcing : all;
  if (denying.length === 0) return undefined;
  const actions = denying.map(({ action }) => action);
  const [first, ...others] = actions.flatMap(({ programsOtherThan }) =>
    programsOtherThan === undefined ? [] : [programsOtherThan],
  );
  const together: DenyAction = {
    ...actions[0],
    programsOtherThan: first?.filter((path) => others.every((list) => list.includes(path))),
    calls: distinct(actions.flatMap(({ calls }) => calls)),
    ports: distinct(actions.flatMap(({ ports }) => ports)),
    files: distinct(actions.flatMap(({ files }) => files)),
  };
  return { denying, guard: deniedThings(together, enforcing.length === 0) };
}

/** The policies whose word was broken, in the order of the set. */
export function policiesBrokenBy(
  { denying }: WantedGuard,
  { reason, file, call, destination }: Violation,
): readonly DenyingPolicy[] {
  const path = textFromBytes(file?.path ?? '');
  const broken = denying.filter(({ action: { programsOtherThan, calls, ports, files } }) => {
    switch (reason) {
      case 'call':
        return call !== undefined && calls.includes(call);
      case 'connection':
        return destination !== undefined && ports.includes(destination.port);
      case 'open':
        return files.some((each) => path === each || (each.endsWith('/') && path.startsWith(each)));
      case 'not-listed':
        return programsOtherThan !== undefined && !programsOtherThan.includes(path);
      default:
        return programsOtherThan !== undefined;
    }
  });
  // A file is denied by every name that it has: the one that was used may be on nobody's list.
  return broken.length > 0 ? broken : denying.filter(({ action }) => isAbout(action, reason));
}

function isAbout(
  { programsOtherThan, calls, ports, files }: DenyAction,
  reason: Violation['reason'],
): boolean {
  switch (reason) {
    case 'call':
      return calls.length > 0;
    case 'connection':
      return ports.length > 0;
    case 'open':
      return files.length > 0;
    default:
      return programsOtherThan !== undefined;
  }
}

function distinct<Value>(values: readonly Value[]): readonly Value[] {
  return [...new Set(values)];
}
