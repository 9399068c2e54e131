import type { Place } from '../policy/policy.ts';

/** What a policy lists under `actions`. Times are milliseconds. */
export type PolicyAction =
  | { readonly type: 'notify'; readonly place: Place }
  | {
      readonly type: 'capture';
      /** From so long before the finding to so long after it. */
      readonly beforeMilliseconds: number;
      readonly afterMilliseconds: number;
      /** Only events of the container, or all of them. */
      readonly extent: 'container' | 'all';
      readonly maximumBytes: number;
      readonly place: Place;
    }
  | {
      readonly type: 'pause';
      /** A paused container goes on by itself after so long. */
      readonly forMilliseconds: number;
      readonly place: Place;
    }
  | {
      readonly type: 'stop';
      /** What the container gets to end by itself. */
      readonly graceMilliseconds: number;
      readonly place: Place;
    }
  | { readonly type: 'kill' | 'kill-process'; readonly place: Place }
  | {
      readonly type: 'label';
      readonly labels: Readonly<Record<string, string>>;
      readonly place: Place;
    }
  | { readonly type: 'isolate'; readonly place: Place }
  | DenyAction;

/** What the kernel itself is to refuse, before it happens. */
export interface DenyAction {
  readonly type: 'deny';
  /** The only programs that may be started, by path; undefined asks nothing. */
  readonly programsOtherThan: readonly string[] | undefined;
  /** System calls, by name, that end the process that makes them. */
  readonly calls: readonly string[];
  /** Ports that may not be connected to, nor be sent datagrams. */
  readonly ports: readonly number[];
  /** Files that may not be opened, by path; with `/` at the end, everything in that folder. */
  readonly files: readonly string[];
  readonly place: Place;
}

export type PolicyActionType = PolicyAction['type'];

/** Why this node can't enforce what an action asks of the kernel, in a sentence; undefined where it can. */
export type EnforcementCheck = (action: DenyAction) => string | undefined;
