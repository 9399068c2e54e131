import {
  bytesFromText,
  createNetwork,
  createPathPrefixTest,
  isInNetwork,
  parseIpv4,
  parseIpv6,
} from '@seawall/rules';
import { type Activity, OTHER_ACTIVITY } from '@seawall/store/activity';
import { readProgram, readSocket } from './activity-values.ts';
import { type BehaviourKey, behaviours } from './behaviours.ts';
import { ruleName } from './generate.ts';
import { podOfWorkload } from './learn.ts';
import { DEFAULT_NAMESPACE, type PodProfile, type Profile } from './profile.ts';

/** Something that a workload was seen to do, and that a profile doesn't allow. */
export interface ActivityBreach {
  /** The rule that would have raised it. */
  readonly rule: string;
  readonly key: BehaviourKey;
  readonly activity: Activity;
}

/**
 * What a profile would have raised of what workloads were seen to do. What was only counted, beyond the values that are
 * kept, can't be judged.
 */
export function backtestActivity(
  profile: Profile,
  activities: readonly Activity[],
): readonly ActivityBreach[] {
  return activities.flatMap((activity) => {
    const pod = activity.value === OTHER_ACTIVITY ? undefined : profileOf(profile, activity.workload);
    if (pod === undefined) return [];
    return brokenBy(pod, activity).map((key) => {
      const behaviour = behaviours.find((one) => one.key === key)!;
      return { rule: ruleName(behaviour, pod), key, activity };
    });
  });
}

/** The profile of the workload's pod: of several whose name it begins with, the one that says most of it. */
export function profileOf(profile: Profile, workload: string): PodProfile | undefined {
  const own = podOfWorkload(workload);
  if (own === undefined) return undefined;
  const isPod = !workload.startsWith('container/');
  const fitting = profile.filter(({ podname, namespace = DEFAULT_NAMESPACE }) => {
    const name = podname.replaceAll('_', '-');
    if (!isPod) return own.podname === name;
    const isThere = namespace === (own.namespace ?? DEFAULT_NAMESPACE);
    return isThere && (own.podname === name || own.podname.startsWith(`${name}-`));
  });
  return fitting.sort((one, other) => other.podname.length - one.podname.length)[0];
}

function brokenBy(pod: PodProfile, { kind, value }: Activity): readonly BehaviourKey[] {
  switch (kind) {
    case 'program':
      return missing(pod, 'proc', readProgram(value).name);
    case 'written-directory':
      return pod.write_dir === undefined || lies(value, pod.write_dir) ? [] : ['write_dir'];
    case 'read-directory':
      return pod.read_dir === undefined || lies(value, [...pod.read_dir, ...(pod.write_dir ?? [])])
        ? []
        : ['read_dir'];
    case 'peer': {
      const socket = readSocket(value);
      if (socket === undefined) return [];
      const isPeer = pod.peers === undefined || pod.peers.some((peer) => isWithin(socket.address, peer));
      return [...missing(pod, 'outbound_proc', socket.program), ...(isPeer ? [] : (['peers'] as const))];
    }
    case 'listening-port': {
      const socket = readSocket(value);
      if (socket === undefined) return [];
      const isPort = pod.ports === undefined || pod.ports.includes(socket.port);
      return [...missing(pod, 'listen_proc', socket.program), ...(isPort ? [] : (['ports'] as const))];
    }
    default:
      return [];
  }
}

function missing(
  pod: PodProfile,
  key: 'proc' | 'outbound_proc' | 'listen_proc',
  name: string,
): readonly BehaviourKey[] {
  const allowed = pod[key];
  return allowed === undefined || name === '' || allowed.includes(name) ? [] : [key];
}

function lies(path: string, allowed: readonly string[]): boolean {
  return createPathPrefixTest(allowed.map(bytesFromText))(bytesFromText(path));
}

function isWithin(address: string, peer: string): boolean {
  const [start = '', length] = peer.split('/');
  const bytes = addressOf(address);
  const first = addressOf(start);
  if (bytes === undefined || first === undefined) return false;
  const network = createNetwork(first, length === undefined ? first.length * 8 : Number(length));
  return network !== undefined && isInNetwork(bytes, network);
}

function addressOf(text: string): Uint8Array | undefined {
  return parseIpv4(text) ?? parseIpv6(text);
}
