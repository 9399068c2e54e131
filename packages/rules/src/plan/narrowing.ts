import { createBits, hasBit, setBit } from './bits.ts';
import type { Candidate } from './candidate.ts';
import type { PlanNode } from './node.ts';
import type { Predicate, Subject } from './predicate.ts';
import { relax } from './relax.ts';
import { describeRemainder, type Narrowing, type Remainder } from './residue.ts';
import { createScopeGroup, predicatesOf, type ScopeGroup } from './scope-group.ts';

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

/** Everything that one text decides in a slot. */
interface TextGroup<Context> {
  readonly group: ScopeGroup<Context>;
  /** Positions of the candidates with a part that it decides. */
  readonly users: Uint32Array;
}

/** @returns undefined for a slot of which no such text decides anything. */
export function createSlotTexts<Context>(
  candidates: readonly Candidate<Context>[],
  memory: NarrowingMemory,
): SlotTexts<Context> | undefined {
  const groups = groupTexts(candidates);
  if (groups.length === 0) return undefined;

  function prepare(remainder: Remainder, from: number): Narrowing {
    let group = from;
    while (
      group < groups.length &&
      !remainder.open.some((position) => hasBit(groups[group].users, position))
    ) {
      group += 1;
    }
    return { group: group < groups.length ? group : -1, byClass: new Map() };
  }

  function learn(
    remainder: Remainder,
    { group, byClass }: Narrowing,
    found: ReturnType<ScopeGroup<Context>['classify']>,
  ): Remainder {
    const open = [...remainder.open].filter((position) => !hasBit(found.dead, position));
    const narrowed = describeRemainder(remainder.certain, open, candidates.length);
    narrowed.narrowing ??= prepare(narrowed, group + 1);
    byClass.set(found, narrowed);
    const { classCount, reset } = groups[group].group;
    const areClassesMany = classCount() > REMEMBERED_CLASSES;
    if (areClassesMany) reset();
    memory.count(areClassesMany);
    return narrowed;
  }

  return {
    narrow(remainder, context) {
      let left = remainder;
      for (;;) {
        left.narrowing ??= prepare(left, 0);
        const { narrowing } = left;
        if (narrowing.group === -1) return left;
        const found = groups[narrowing.group].group.classify(context);
        left = narrowing.byClass.get(found) ?? learn(left, narrowing, found);
      }
    },
  };
}

/** The texts that decide most come first. */
function groupTexts<Context>(candidates: readonly Candidate<Context>[]): readonly TextGroup<Context>[] {
  const found = new Map<
    string,
    {
      readonly subject: Subject<Context>;
      readonly predicates: Set<Predicate<Context>>;
      readonly parts: Map<Candidate<Context>, PlanNode<Context>[]>;
      readonly users: Uint32Array;
    }
  >();
  candidates.forEach((candidate, position) => {
    // Within a slot a candidate goes by its position.
    const placed = { ...candidate, id: position };
    for (const part of candidate.eventParts) {
      for (const subject of textsOf(part)) {
        // Tests that cost much are taken to hold, for all of a text's tests are made when it is first seen.
        const needed = relax(
          part,
          (other) =>
            other.subject?.isText === true && other.subject.key === subject.key && other.cost <= DEAREST,
        );
        if (needed === undefined) continue;
        let entry = found.get(subject.key);
        if (entry === undefined) {
          entry = { subject, predicates: new Set(), parts: new Map(), users: createBits(candidates.length) };
          found.set(subject.key, entry);
        }
        for (const predicate of predicatesOf(needed)) entry.predicates.add(predicate);
        const known = entry.parts.get(placed);
        if (known === undefined) entry.parts.set(placed, [needed]);
        else known.push(needed);
        setBit(entry.users, position);
      }
    }
  });
  return [...found.values()]
    .sort((left, right) => right.predicates.size - left.predicates.size)
    .map(({ subject, predicates, parts, users }) => ({
      group: createScopeGroup(subject, [...predicates], parts, candidates.length),
      users,
    }));
}

/** The texts that a part looks at. */
function textsOf<Context>(part: PlanNode<Context>): Iterable<Subject<Context>> {
  const texts = new Map<string, Subject<Context>>();
  for (const { subject } of predicatesOf(part)) if (subject?.isText === true) texts.set(subject.key, subject);
  return texts.values();
}
