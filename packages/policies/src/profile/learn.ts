import { type Activity, OTHER_ACTIVITY } from '@seawall/store/activity';
import { readProgram, readSocket } from './activity-values.ts';
import { type Behaviour, type BehaviourKey, behaviours } from './behaviours.ts';
import { combineEqual, type Seen } from './combine-evidence.ts';
import { learnPaths } from './learn-paths.ts';
import { learnPeers } from './learn-peers.ts';
import type { LearnedEntry, LearnedPod } from './learned.ts';
import { DEFAULT_NAMESPACE, type PodProfile, type Profile, podnameProblem } from './profile.ts';
import { identifierOf } from './scope.ts';

export interface LearnedProfile {
  readonly pods: readonly LearnedPod[];
  /** What was seen and can't be said in a profile, with the reason. */
  readonly leftOut: readonly string[];
}

/** What profiles are learned for, by key; `images` is not among what is seen. */
const learnedKeys = [
  'proc',
  'write_dir',
  'outbound_proc',
  'listen_proc',
  'read_dir',
  'peers',
  'ports',
] as const;

/**
 * Makes a profile of what workloads were seen to do: a pod for each that is one, with all its containers. Nothing follows of
 * it by itself: it is for a person to read, and to generate rules from.
 * @param activities of pods and containers; those of hosts are left out, since profiles are of pods.
 */
export function learnProfile(activities: readonly Activity[]): LearnedProfile {
  const leftOut = new Set<string>();
  const byPod = new Map<string, { pod: Pick<PodProfile, 'podname' | 'namespace'>; activities: Activity[] }>();
  for (const activity of activities) {
    const pod = podOfWorkload(activity.workload);
    if (pod === undefined) continue;
    const problem = podnameProblem(pod.podname);
    if (problem !== undefined) {
      leftOut.add(`${activity.workload}: ${problem}`);
      continue;
    }
    const key = identifierOf(pod);
    const known = byPod.get(key) ?? { pod, activities: [] };
    known.activities.push(activity);
    byPod.set(key, known);
  }
  const pods = [...byPod.values()].map(({ pod, activities: own }) => learnPod(pod, own, leftOut));
  const sorted = pods.sort((one, other) => (nameOf(one) < nameOf(other) ? -1 : 1));
  return { pods: sorted, leftOut: [...leftOut] };
}

/** The profile alone, as `generateRules` takes it. */
export function profileOfLearned(pods: readonly LearnedPod[]): Profile {
  return pods.map(({ podname, namespace, entries }) => ({
    podname,
    ...(namespace !== undefined && { namespace }),
    ...Object.fromEntries(learnedKeys.map((key) => [key, (entries[key] ?? []).map(({ value }) => value)])),
  })) as Profile;
}

function nameOf({
  namespace = DEFAULT_NAMESPACE,
  podname,
}: Pick<PodProfile, 'podname' | 'namespace'>): string {
  return `${namespace}/${podname}`;
}

/** `namespace/owner/container` and `container/NAME`; undefined for a host. */
export function podOfWorkload(workload: string): Pick<PodProfile, 'podname' | 'namespace'> | undefined {
  const parts = workload.split('/');
  if (parts.length === 3) {
    const [namespace, podname] = parts as [string, string, string];
    return namespace === '' || namespace === DEFAULT_NAMESPACE ? { podname } : { podname, namespace };
  }
  return parts[0] === 'container' && parts.length === 2 ? { podname: parts[1]! } : undefined;
}

function learnPod(
  pod: Pick<PodProfile, 'podname' | 'namespace'>,
  activities: readonly Activity[],
  leftOut: Set<string>,
): LearnedPod {
  const workloads = [...new Set(activities.map(({ workload }) => workload))].sort();
  const seen = Map.groupBy(activities, ({ kind }) => kind);
  const of = (kind: Activity['kind']): Seen[] =>
    (seen.get(kind) ?? []).flatMap((activity) => {
      if (activity.value !== OTHER_ACTIVITY) return [seenOf(activity, activity.value)];
      leftOut.add(
        `${activity.workload}: ${activity.count} ${activity.count === 1 ? 'time' : 'times'} a ${kind} beyond those that are kept`,
      );
      return [];
    });
  const programs = of('program').map((entry) => named(entry, readProgram(entry.value).name));
  const peers = of('peer').flatMap((entry) => withSocket(entry));
  const ports = of('listening-port').flatMap((entry) => withSocket(entry));
  const candidates: Record<(typeof learnedKeys)[number], readonly Seen[]> = {
    proc: combineEqual(programs),
    write_dir: learnPaths(of('written-directory')),
    outbound_proc: combineEqual(peers.map(({ entry, socket }) => named(entry, socket.program))),
    listen_proc: combineEqual(ports.map(({ entry, socket }) => named(entry, socket.program))),
    read_dir: learnPaths(of('read-directory')),
    peers: learnPeers(peers.map(({ entry, socket }) => named(entry, socket.address))),
    ports: combineEqual(ports.map(({ entry, socket }) => named(entry, String(socket.port)))).sort(
      (one, other) => Number(one.value) - Number(other.value),
    ),
  };
  const entries: Partial<Record<BehaviourKey, readonly LearnedEntry[]>> = {};
  for (const key of learnedKeys) {
    const behaviour = behaviours.find((one) => one.key === key)!;
    entries[key] = candidates[key].flatMap((entry) => checked(entry, behaviour, nameOf(pod), leftOut));
  }
  const { podname, namespace } = pod;
  return {
    podname,
    namespace,
    workloads,
    entries,
    parents: combineEqual(of('parent')),
    users: combineEqual(of('user')),
    capabilities: combineEqual(of('capability')),
  };
}

function checked(
  entry: Seen,
  { key, problemOf }: Behaviour,
  pod: string,
  leftOut: Set<string>,
): LearnedEntry[] {
  const problem = problemOf(entry.value);
  if (problem !== undefined) {
    leftOut.add(`${pod}: ${key} ${JSON.stringify(entry.value)}: ${problem}`);
    return [];
  }
  return [key === 'ports' ? { ...entry, value: Number(entry.value) } : entry];
}

function seenOf({ count, first, last, starts, example }: Activity, value: string): Seen {
  // Of what is new in a container that ran through a pause of the agent, no start was counted: there was one all the same.
  return { value, count, first, last, starts: Math.max(1, starts), example, seen: [] };
}

/** What was seen, under the name that the profile has for it. */
function named(entry: Seen, name: string): Seen {
  return name === entry.value ? entry : { ...entry, value: name, seen: [entry.value] };
}

function withSocket(entry: Seen) {
  const socket = readSocket(entry.value);
  return socket === undefined ? [] : [{ entry, socket }];
}
