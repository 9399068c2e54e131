import type { Place, RuleSelector } from '../policy/policy.ts';

/** A RuleSet: rules under a name that policies can ask for. */
export interface RuleSetObject {
  readonly name: string;
  readonly description: string;
  readonly place: Place;
  /** Paths of rule files, as written: relative to the file that holds the object. */
  readonly files: readonly { readonly path: string; readonly place: Place }[];
  /** Rule text written right here; positions in it are those of the file around it. */
  readonly content: { readonly name: string; readonly text: string } | undefined;
  /** Rules that others define. */
  readonly select: readonly RuleSelector[];
}

/** What policies need to know of a loaded rule. */
export interface RuleFacts {
  readonly name: string;
  readonly source: string;
  /** Falco's: `Emergency` to `Debug`. */
  readonly priority: string;
  readonly tags: readonly string[];
  readonly isEnabled: boolean;
  /** The name of the file that defines it, as it was loaded. */
  readonly file: string;
}
