import type { Dependency } from '../catalogue/catalogue.ts';

/**
 * How long a verdict holds: a `scope` verdict for a generation of the event's process (with its container, user and
 * ancestors), a `descriptor` verdict for the descriptor that the event is about as long as that shows no change, an
 * `event` verdict for the event alone.
 */
export type Lifetime = 'scope' | 'descriptor' | 'event';

/**
 * A single comparison of a rule set, the same one wherever it is written: two comparisons are one predicate when
 * they say the same (see `sayTheSame`).
 */
export interface Predicate<Context> {
  /** Index into the plan's table of predicates. */
  readonly id: number;
  readonly lifetime: Lifetime;
  /** All that the verdict rests on. */
  readonly dependsOn: readonly Dependency[];
  /** True when the verdict can change with an ancestor of the process. */
  readonly dependsOnAncestors: boolean;
  readonly holds: (context: Context) => boolean;
  /** The verdict for every event of a type, undefined for types that don't decide it; absent where none does. */
  readonly verdictForType: ((eventType: number) => boolean | undefined) | undefined;
  /** What is compared, when that alone decides the verdict (constants aside). */
  readonly subject: Subject<Context> | undefined;
  /** The verdict for a text that the subject may be, where that is all it takes: without reading the subject once more. */
  readonly holdsFor: ((text: string) => boolean) | undefined;
  /** A cheaper look that may tell at once, without reading the value, that it does not hold, if there is one. */
  readonly ruledOut: RuledOut<Context> | undefined;
  /** How the verdict can be looked up instead of tested, if it can. */
  readonly lookup: Lookup | undefined;
  /** The comparison in a form that can be written as JavaScript, if it has one. */
  readonly direct: DirectTest<Context> | undefined;
  /** Expected cost in nanoseconds: what orders the tests of a conjunction, with their chance. */
  readonly cost: number;
  /** How likely it is to hold, between 0 and 1 and neither of them: a guess by the operator. */
  readonly chance: number;
}

/** What tells that a predicate does not hold: it can only hold where the subject is one of the texts of its look-up. */
export interface RuledOut<Context> {
  /** The key of another subject. */
  readonly by: string;
  /** What the predicate's subject can be where that other one is the given text. */
  readonly possibleFor: (text: string) => readonly string[];
  /** True where it is certain that the predicate does not hold, at little cost. */
  readonly look: ((context: Context) => boolean) | undefined;
}

/** What stands left of an operator. Predicates whose subjects have equal keys read the same value. */
export interface Subject<Context> {
  /** Whether its values are single texts: these tend to come again, and then what is known of them holds again. */
  readonly isText: boolean;
  /** Canonical text, such as `proc.aname[2]` or `tolower(proc.name)`. */
  readonly key: string;
  /** The value; of a list, its items joined so that equal texts mean equal lists. Undefined: there is none. */
  readonly read: (context: Context) => string | number | bigint | boolean | undefined;
}

/** A predicate that says: the subject, a byte string, equals, starts with, contains or (a path) lies below one of these. */
export interface Lookup {
  readonly kind: 'equals' | 'startsWith' | 'contains' | 'pathPrefix';
  readonly texts: readonly string[];
}

/**
 * A comparison of one value with constants that JavaScript's own operators and methods make: what stands in the text
 * of a program can be optimised for the one value that it reads, what is called through a shared helper can't.
 */
export interface DirectTest<Context> {
  /** Canonical text of what is read: equal keys read equal values. */
  readonly key: string;
  readonly read: (context: Context) => unknown;
  readonly relation: DirectRelation;
  /** The constant; for `has` a set of them. */
  readonly constant: unknown;
}

export type DirectRelation =
  | '==='
  | '!=='
  | '<'
  | '<='
  | '>'
  | '>='
  | 'has'
  | 'startsWith'
  | 'endsWith'
  | 'includes'
  | 'exists';

/**
 * @returns `scope` when nothing that the value depends on belongs to a single event, `descriptor` when it depends on that
 *   alone.
 */
export function lifetimeOf(dependencies: readonly Dependency[]): Lifetime {
  if (dependencies.every((name) => name === 'descriptor' || name === 'constant')) {
    return dependencies.includes('descriptor') ? 'descriptor' : 'scope';
  }
  return dependencies.some((name) => name === 'event' || name === 'descriptor') ? 'event' : 'scope';
}
