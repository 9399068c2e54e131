import type { QuorumVerdict } from './etcd-quorum.ts';
import type { NeverTouchTest } from './never-touch.ts';

/**
 * What must never be acted on, beyond pid 1, kernel threads and Seawall itself, which always are left alone. All are
 * patterns with `*` and `?`.
 */
export interface NeverTouch {
  /** Paths of executables outside of containers: within one, anybody can give a program any path. */
  readonly programs: readonly string[];
  readonly containers: readonly string[];
  readonly images: readonly string[];
  readonly namespaces: readonly string[];
}

/** Seawall as it runs on this node. */
export interface OwnIdentity {
  readonly pid: number;
  /** Processes that keep it alive: those above it, up to but without pid 1. */
  readonly ancestors: readonly number[];
  /** Its container's id; undefined where it runs in none. */
  readonly containerId: string | undefined;
  /** Its cgroup directories, absolute: what contains them is not frozen or killed either. */
  readonly cgroups: readonly string[];
}

/**
 * What was done lately, and what may be done at all. Decisions change it; `takeChanges` hands over what must survive a
 * restart, for the store's `memory`.
 */
export interface GuardState {
  readonly own: OwnIdentity;
  /** Says why a target is never acted on. */
  readonly neverTouch: NeverTouchTest;
  /** The namespaces in which pods can be members of the cluster's etcd. */
  readonly etcdNamespaces: readonly string[];
  /** What losing one more member of etcd on this node would mean, as last known; answers at once. */
  quorum(): QuorumVerdict;
  /** Counts an action of a policy; says from when on there is room again (milliseconds since the epoch) where there is none. */
  takeTurn(
    policy: string,
    limit: { readonly count: number; readonly perMilliseconds: number },
  ): { readonly isAllowed: true } | { readonly isAllowed: false; readonly freeAt: number };
  /** Until when a target is left alone (milliseconds since the epoch); undefined where it isn't. */
  coolsUntil(target: string): number | undefined;
  startCoolDown(target: string, milliseconds: number): void;
  /** Milliseconds since the epoch. */
  now(): number;
  /** What changed since it was last asked, by key; undefined removes a key. */
  takeChanges(): ReadonlyMap<string, string | undefined>;
}
