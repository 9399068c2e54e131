import type { Place } from '../policy/policy.ts';

/** What a policy's scope can ask about; the order is that of explanations. */
export const scopeParts = [
  'clusters',
  'nodes',
  'namespaces',
  'pods',
  'podLabels',
  'containers',
  'containerLabels',
  'images',
] as const;
export type ScopePart = (typeof scopeParts)[number];

/** Conditions on a workload: a part that is left out asks nothing; all that are given must hold. */
export interface ScopeConditions {
  /** Patterns: `*` stands for any text, `?` for one character; one of them must match. */
  readonly clusters?: readonly string[];
  readonly nodes?: readonly string[];
  readonly namespaces?: readonly string[];
  readonly pods?: readonly string[];
  readonly containers?: readonly string[];
  /** Label to pattern of its value; all must match. */
  readonly podLabels?: Readonly<Record<string, string>>;
  readonly containerLabels?: Readonly<Record<string, string>>;
  /** Patterns of repositories, of `repository:tag`, of `repository@digest`, or digests `sha256:...`. */
  readonly images?: readonly string[];
}

/** Where a policy holds. */
export interface Scope extends ScopeConditions {
  /** What is excluded: a workload that any one of these parts matches. */
  readonly not: ScopeConditions;
  /** Whether processes outside of containers are meant: as well, alone, or not at all. */
  readonly host: 'too' | 'only' | 'never';
  readonly place: Place;
}
