import { type PodProfile, type Profile, profileOf } from '@seawall/policies';
import type { Activity } from '@seawall/store';

/** Divides the pods of a profile, as it names them, into those of which anything was seen and those that never showed. */
export function divideBySight(
  profile: Profile,
  activities: readonly Activity[],
): { readonly seen: readonly string[]; readonly unseen: readonly string[] } {
  // Whatever is seen of a pod, some program of it is.
  const programs = activities.filter(({ kind }) => kind === 'program');
  const found = new Set(programs.map(({ workload }) => profileOf(profile, workload)));
  const { seen = [], unseen = [] } = Object.groupBy(profile, (pod) => (found.has(pod) ? 'seen' : 'unseen'));
  return { seen: seen.map(nameOf), unseen: unseen.map(nameOf) };
}

function nameOf({ podname, namespace }: PodProfile): string {
  return namespace === undefined ? podname : `${namespace}/${podname}`;
}
