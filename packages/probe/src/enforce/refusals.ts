import { posix } from 'node:path';
import { numberOfCall } from './call-numbers.ts';
import { parseNetwork } from './network.ts';
import type { AllowedFile, ConnectionPolicy, GuardPolicy, GuardTarget, ProgramPolicy } from './policy.ts';
import type { EnforcementFeature, EnforcementSupport } from './support.ts';

/** As in native/enforce/tables.h. */
export const PATH_LIMIT = 250;
export const RULE_LIMIT = 64;
export const NAME_LIMIT = 96;

/**
 * What of a policy can not be enforced, and why, a sentence each; empty where all of it can.
 * @param target what it is for; without it, what depends on the target is not looked at.
 */
export function refusals(
  policy: GuardPolicy,
  support: EnforcementSupport,
  target?: GuardTarget,
): readonly string[] {
  const found: string[] = [];
  const need = (feature: EnforcementFeature, what: string): void => {
    const obstacle = support.obstacles[feature];
    if (obstacle !== undefined) found.push(`${what} can not be enforced here: ${obstacle}`);
  };
  if (policy.programs !== undefined) {
    need('programs', 'a list of programs');
    need('scripts', 'a list of programs (its scripts)');
    if (policy.programs.mappings === 'listed') need('mappings', 'a list of code that may be mapped');
    if (policy.programs.refusal === 'deny') need('opens', 'denying programs');
    found.push(...faultsOfPrograms(policy.programs));
  }
  if (policy.forbiddenCalls !== undefined) {
    need('calls', 'forbidding calls');
    for (const call of policy.forbiddenCalls) {
      if (numberOfCall(call) === undefined) found.push(`there is no system call ${call} on this machine`);
    }
  }
  if (policy.connections !== undefined) {
    need('connections', 'restricting connections');
    found.push(...faultsOfConnections(policy.connections));
  }
  if (policy.opens !== undefined) {
    need('opens', 'forbidding opens');
    found.push(...policy.opens.forbidden.flatMap(faultsOfPath));
  }
  if (target !== undefined) found.push(...faultsOfTarget(policy, target));
  return found;
}

function faultsOfTarget(policy: GuardPolicy, target: GuardTarget): readonly string[] {
  const found: string[] = [];
  if ('cgroup' in target) return found;
  const parts = target.expected.split('*');
  if (parts.length > 2) found.push(`the name ${target.expected} has more than one *`);
  if (parts.some((part) => Buffer.byteLength(part) >= NAME_LIMIT)) {
    found.push(`the name ${target.expected} is longer than ${NAME_LIMIT - 1} bytes`);
  }
  if (target.expected.includes('/'))
    found.push(`the name ${target.expected} has a / in it: it is one folder's name`);
  const later = 'of a container that has not started yet can not be found: set the guard when it runs';
  if (policy.opens !== undefined) found.push(`forbidding opens: the files ${later}`);
  if (policy.programs?.refusal === 'deny') found.push(`denying programs: the files ${later}`);
  return found;
}

function faultsOfPrograms(policy: ProgramPolicy): readonly string[] {
  const paths = policy.allowed.map(pathOf);
  const found = paths.flatMap(faultsOfPath);
  if (
    policy.refusal === 'deny' &&
    policy.allowed.some((entry) => typeof entry !== 'string' && 'file' in entry)
  ) {
    found.push('denying programs takes paths of the container, not files of this machine');
  }
  const loader = paths.find((path) => /\/ld[-.6][^/]*$/.test(path));
  if (loader !== undefined && policy.mappings !== 'listed' && mayRun(policy.allowed[paths.indexOf(loader)])) {
    found.push(
      `${loader} starts any program that it is given: it can be allowed only together with mappings: listed, or as library`,
    );
  }
  return found;
}

function mayRun(entry: AllowedFile): boolean {
  return typeof entry === 'string' || entry.as === undefined || entry.as.includes('program');
}

function pathOf(entry: AllowedFile): string {
  if (typeof entry === 'string') return entry;
  return 'path' in entry ? entry.path : entry.file;
}

function faultsOfPath(path: string): readonly string[] {
  if (!path.startsWith('/')) return [`${path} is not an absolute path`];
  if (path.includes('\0') || posix.normalize(path) !== path) return [`${path} is not written the short way`];
  if (Buffer.byteLength(path) > PATH_LIMIT) return [`${path} is longer than ${PATH_LIMIT} bytes`];
  return [];
}

function faultsOfConnections(policy: ConnectionPolicy): readonly string[] {
  const found: string[] = [];
  if (policy.rules.length > RULE_LIMIT) {
    found.push(`${policy.rules.length} rules about connections are too many: ${RULE_LIMIT} at most`);
  }
  for (const { network, ports } of policy.rules) {
    if (network !== undefined && parseNetwork(network) === undefined) {
      found.push(`${network} is neither an address nor a network`);
    }
    const [first, last] = typeof ports === 'number' ? [ports, ports] : (ports ?? [0, 65535]);
    if (
      ![first, last].every((port) => Number.isInteger(port) && port >= 0 && port <= 65535) ||
      first > last
    ) {
      found.push(`${JSON.stringify(ports)} are not ports`);
    }
  }
  return found;
}
