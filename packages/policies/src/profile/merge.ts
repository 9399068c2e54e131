import { bytesFromText, createPathPrefixTest } from '@seawall/rules';
import { behaviours } from './behaviours.ts';
import type { PodProfile, Profile } from './profile.ts';
import { identifierOf } from './scope.ts';

/**
 * One profile that allows what any of them allows: pods are put together by name and namespace. A profile that says nothing
 * of a behaviour adds nothing to it; it is guarded where one of them guards it.
 */
export function mergeProfiles(profiles: readonly Profile[]): Profile {
  const pods = Map.groupBy(profiles.flat(), identifierOf);
  return [...pods.values()].map(mergePods);
}

function mergePods(pods: readonly PodProfile[]): PodProfile {
  const { podname, namespace } = pods[0]!;
  const lists = behaviours.flatMap(({ key }) => {
    const own = pods.flatMap((pod) => (pod[key] === undefined ? [] : [pod[key]]));
    if (own.length === 0) return [];
    const values: (string | number)[] = [...new Set<string | number>(own.flat())];
    return [[key, key === 'write_dir' || key === 'read_dir' ? withoutCovered(values as string[]) : values]];
  });
  return { podname, ...(namespace !== undefined && { namespace }), ...Object.fromEntries(lists) };
}

/** Without the paths that lie below another one of them; of two spellings of one path the first stays. */
function withoutCovered(paths: readonly string[]): readonly string[] {
  const bytes = paths.map(bytesFromText);
  const covers = bytes.map((path) => createPathPrefixTest([path]));
  return paths.filter((_, own) =>
    bytes.every((_other, index) => {
      const isCovered = index !== own && covers[index]!(bytes[own]!);
      return !isCovered || (own < index && covers[own]!(bytes[index]!));
    }),
  );
}
