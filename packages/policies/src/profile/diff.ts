import { type BehaviourKey, behaviours } from './behaviours.ts';
import type { PodProfile, Profile } from './profile.ts';
import { identifierOf, labelOf } from './scope.ts';

/** What one profile says of a pod and the other doesn't. */
export interface PodDifference {
  /** `etcd`, or with its namespace `shop/web`. */
  readonly pod: string;
  /** Undefined where both have the pod. */
  readonly presence: 'added' | 'removed' | undefined;
  readonly changes: readonly BehaviourDifference[];
}

export interface BehaviourDifference {
  readonly key: BehaviourKey;
  /** The behaviour is guarded in one of the two alone. */
  readonly guarding: 'begins' | 'ends' | undefined;
  readonly added: readonly (string | number)[];
  readonly removed: readonly (string | number)[];
}

/** What is different from one profile to the next; the order of pods and values doesn't count. */
export function diffProfiles(before: Profile, after: Profile): readonly PodDifference[] {
  const earlier = new Map(before.map((pod) => [identifierOf(pod), pod]));
  const later = new Map(after.map((pod) => [identifierOf(pod), pod]));
  const identifiers = [...new Set([...earlier.keys(), ...later.keys()])];
  return identifiers.flatMap((identifier) => {
    const old = earlier.get(identifier);
    const now = later.get(identifier);
    const changes = behaviours.flatMap(({ key }) => changeOf(key, old, now));
    const presence = old === undefined ? 'added' : now === undefined ? 'removed' : undefined;
    if (presence === undefined && changes.length === 0) return [];
    return [{ pod: labelOf((now ?? old)!), presence, changes }];
  });
}

function changeOf(
  key: BehaviourKey,
  old: PodProfile | undefined,
  now: PodProfile | undefined,
): BehaviourDifference[] {
  const before: readonly (string | number)[] | undefined = old?.[key];
  const after: readonly (string | number)[] | undefined = now?.[key];
  const added = (after ?? []).filter((value) => !(before ?? []).includes(value));
  const removed = (before ?? []).filter((value) => !(after ?? []).includes(value));
  const isBoth = old !== undefined && now !== undefined;
  const guarding =
    isBoth && (before === undefined) !== (after === undefined)
      ? before === undefined
        ? 'begins'
        : 'ends'
      : undefined;
  if (guarding === undefined && added.length + removed.length === 0) return [];
  return [{ key, guarding, added, removed }];
}
