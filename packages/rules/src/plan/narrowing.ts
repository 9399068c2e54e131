import type { Candidate } from './candidate.ts';
import type { PlanNode } from './node.ts';
import type { Predicate, Subject } from './predicate.ts';
import { describeRemainder, type Narrowing, type Remainder } from './residue.ts';
import { createScopeGroup, predicatesOf, type ScopeClass, type ScopeGroup } from './scope-group.ts';

/** How many narrowed remainders are remembered before everything is forgotten: what hostile file names can cost at most. */
const REMEMBERED_REMAINDERS = 16_384;
const REMEMBERED_CLASSES = 4096;
/** Tests that cost more (nanoseconds) are left to the events that come so far. */
const DEAREST = 110;

/**
 * What the texts of an event (the name of a file, an argument) rule out. As with what depends on the process
 * alone, a text is looked up once, and that tells which candidates it leaves; for most names none.
 */
export interface SlotTexts<Context> {
  /** What is left of the remainder for the event that the context is about. */
  narrow(remainder: Remainder, context: Context): Remainder;
}

/** How much is remembered, for all slots of a program together. */
export interface NarrowingMemory {
  /** Counts a remainder that was made; forgets everything when there are too many. */
  count(areClassesMany: boolean): void;
}

/** @param forget makes the program forget all residues. @param epoch changes whenever it did. */
export function createNarrowingMemory(forget: () => void, epoch: () => number): NarrowingMemory {
  let made = 0;
  let countedEpoch = epoch();
  return {
    count(areClassesMany) {
      if (epoch() !== countedEpoch) {
        countedEpoch = epoch();
        made = 0;
      }
      made += 1;
      if (made > REMEMBERED_REMAINDERS || areClassesMany) forget();
    },
  };
}

/** What is known of an event's texts: by group the class of the text, undefined for those that were not looked up. */
type KnownClasses<Context> = readonly (ScopeClass<Context> | undefined)[];

/** @returns undefined for a slot of which no such text decides anything. */
export function createSlotTexts<Context>(
  candidates: readonly Candidate<Context>[],
  memory: NarrowingMemory,
): SlotTexts<Context> | undefined {
  const { groups, groupOf } = groupTexts(candidates);
  if (groups.length === 0) return undefined;
  const knownByRemainder = new WeakMap<Remainder, KnownClasses<Context>>();

  /** What the texts known so far say of a node; undefined where that is open. */
  function verdictOf(node: PlanNode<Context>, known: KnownClasses<Context>): boolean | undefined {
    if (node.kind === 'constant') return node.value;
    if (node.kind === 'test') {
      const found = known[groupOf.get(node.predicate) ?? -1];
      return found === undefined ? undefined : found.holds.has(node.predicate) !== node.isNegated;
    }
    const decisive = node.kind === 'or';
    let isOpen = false;
    for (const child of node.children) {
      const verdict = verdictOf(child, known);
      if (verdict === decisive) return decisive;
      if (verdict === undefined) isOpen = true;
    }
    return isOpen ? undefined : !decisive;
  }

  /** Adds the groups of texts that could still rule the node out: where they have to say something, not where they must not. */
  function addDeciding(node: PlanNode<Context>, known: KnownClasses<Context>, deciding: Set<number>): void {
    if (node.kind === 'constant' || verdictOf(node, known) !== undefined) return;
    if (node.kind !== 'test') {
      for (const child of node.children) addDeciding(child, known, deciding);
      return;
    }
    const group = groupOf.get(node.predicate);
    if (group !== undefined && !node.isNegated) deciding.add(group);
  }

  function prepare(remainder: Remainder): Narrowing {
    const known = knownByRemainder.get(remainder) ?? [];
    const deciding = new Set<number>();
    for (const position of remainder.open) {
      for (const part of candidates[position].eventParts) addDeciding(part, known, deciding);
    }
    return { group: deciding.size === 0 ? -1 : Math.min(...deciding), byClass: new Map() };
  }

  function learn(remainder: Remainder, { group, byClass }: Narrowing, found: ScopeClass<Context>): Remainder {
    const known = [...(knownByRemainder.get(remainder) ?? [])];
    known[group] = found;
    const open = [...remainder.open].filter((position) =>
      candidates[position].eventParts.every((part) => verdictOf(part, known) !== false),
    );
    const narrowed = describeRemainder(remainder.certain, open, candidates.length);
    if (open.length > 0) knownByRemainder.set(narrowed, known);
    narrowed.narrowing ??= prepare(narrowed);
    byClass.set(found, narrowed);
    const areClassesMany = groups[group].classCount() > REMEMBERED_CLASSES;
    if (areClassesMany) groups[group].reset();
    memory.count(areClassesMany);
    return narrowed;
  }

  return {
    narrow(remainder, context) {
      let left = remainder;
      for (;;) {
        left.narrowing ??= prepare(left);
        const { narrowing } = left;
        if (narrowing.group === -1) return left;
        const found = groups[narrowing.group].classify(context);
        left = narrowing.byClass.get(found) ?? learn(left, narrowing, found);
      }
    },
  };
}

/** All comparisons of single texts that don't cost much, by text; the texts that are compared most often come first. */
function groupTexts<Context>(candidates: readonly Candidate<Context>[]): {
  readonly groups: readonly ScopeGroup<Context>[];
  readonly groupOf: ReadonlyMap<Predicate<Context>, number>;
} {
  const parts = new Set(candidates.flatMap(({ eventParts }) => eventParts));
  const found = new Map<
    string,
    { readonly subject: Subject<Context>; readonly predicates: Set<Predicate<Context>> }
  >();
  for (const predicate of [...parts].flatMap((part) => [...predicatesOf(part)])) {
    const { subject, cost } = predicate;
    // All of a text's tests are made when it is first seen.
    if (subject?.isText !== true || cost > DEAREST) continue;
    const entry = found.get(subject.key);
    if (entry === undefined) found.set(subject.key, { subject, predicates: new Set([predicate]) });
    else entry.predicates.add(predicate);
  }
  const sorted = [...found.values()].sort((left, right) => right.predicates.size - left.predicates.size);
  return {
    groups: sorted.map(({ subject, predicates }) => createScopeGroup(subject, [...predicates], new Map(), 0)),
    groupOf: new Map(
      sorted.flatMap(({ predicates }, group) => [...predicates].map((one) => [one, group] as const)),
    ),
  };
}
