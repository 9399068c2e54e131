import { clearBit, createBits, hasBit, setBit } from './bits.ts';
import type { Candidate } from './candidate.ts';
import { decide } from './decide.ts';
import { indexGroups } from './group-index.ts';
import { indexMentions } from './mentions.ts';
import type { PlanNode } from './node.ts';
import type { Predicate, Subject } from './predicate.ts';
import { describeRemainder, type Narrowing, type Remainder } from './residue.ts';
import { createScopeGroup, type ScopeClass, type ScopeGroup } from './scope-group.ts';

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
  /** Changes whenever all was forgotten. */
  epoch(): number;
}

/** @param forget makes the program forget all residues. @param epoch changes whenever it did. */
export function createNarrowingMemory(forget: () => void, epoch: () => number): NarrowingMemory {
  let made = 0;
  let countedEpoch = epoch();
  return {
    epoch,
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

/** Texts that were looked up one after the other, and what follows for the slot's candidates, whatever the process is. */
interface Insight<Context> {
  readonly known: KnownClasses<Context>;
  /** Positions of the candidates that are ruled out. */
  readonly dead: Uint32Array;
  /** By group: positions of the others that it could still rule out. */
  readonly deciding: readonly Uint32Array[];
  /** With the class of one text more. */
  readonly next: Map<ScopeClass<Context>, Insight<Context>>;
}

/** @returns undefined for a slot of which no such text decides anything. */
export function createSlotTexts<Context>(
  candidates: readonly Candidate<Context>[],
  memory: NarrowingMemory,
): SlotTexts<Context> | undefined {
  const { groups, groupOf, rulingOut } = groupTexts(candidates);
  if (groups.length === 0) return undefined;
  /** The positions of the candidates that a predicate is a part of. */
  const mentioning = indexMentions(
    candidates.map(({ eventParts }, position) => [position, eventParts] as const),
    (predicate: Predicate<Context>) => groupOf(predicate) !== -1 || rulingOut(predicate) !== -1,
  );
  /** By group: the positions of the candidates that it may tell something of. */
  const mentions = groups.map(() => createBits(candidates.length));
  for (const [predicate, positions] of mentioning) {
    for (const group of [groupOf(predicate), rulingOut(predicate)]) {
      if (group !== -1) for (const position of positions) setBit(mentions[group], position);
    }
  }
  /** By group: the class of a text for which nothing holds. Insights are found by class alone, so that no two groups may share one. */
  const nothings = groups.map(
    (): ScopeClass<Context> => ({ id: -1, holds: new Set(), leaves: new Set(), dead: createBits(0) }),
  );
  let insightByRemainder = new WeakMap<Remainder, Insight<Context>>();
  let start: Insight<Context> | undefined;
  let epoch = memory.epoch();

  /** What the known texts tell of a predicate; undefined where that is open. */
  function verdictBy(known: KnownClasses<Context>, predicate: Predicate<Context>): boolean | undefined {
    const own = groupOf(predicate);
    if (own !== -1 && known[own] !== undefined) return known[own].holds.has(predicate);
    const other = rulingOut(predicate);
    if (other === -1 || known[other] === undefined) return undefined;
    return known[other].leaves.has(predicate) ? undefined : false;
  }

  /** Adds to `insight` what its known texts tell of a candidate. */
  function judge(
    position: number,
    { known, dead, deciding }: Insight<Context>,
    verdicts: Map<PlanNode<Context>, boolean | undefined>,
  ): void {
    const { eventParts } = candidates[position];
    const verdictOf = (predicate: Predicate<Context>): boolean | undefined => verdictBy(known, predicate);
    for (const part of eventParts) {
      if (decide(part, verdictOf, verdicts) === false) {
        setBit(dead, position);
        return;
      }
    }
    for (const part of eventParts) noteDeciding(part, position, deciding, verdictOf, verdicts);
  }

  /** Notes the groups that could still rule the node out: those with something to hold, not those with something to fail. */
  function noteDeciding(
    node: PlanNode<Context>,
    position: number,
    deciding: readonly Uint32Array[],
    verdictOf: (predicate: Predicate<Context>) => boolean | undefined,
    verdicts: ReadonlyMap<PlanNode<Context>, boolean | undefined>,
  ): void {
    if (node.kind === 'constant') return;
    if (node.kind !== 'test') {
      if (verdicts.get(node) !== undefined) return;
      for (const child of node.children) noteDeciding(child, position, deciding, verdictOf, verdicts);
      return;
    }
    if (node.isNegated) return;
    const group = groupOf(node.predicate);
    if (group !== -1 && verdictOf(node.predicate) === undefined) setBit(deciding[group], position);
  }

  function findStart(): Insight<Context> {
    if (start === undefined || epoch !== memory.epoch()) {
      epoch = memory.epoch();
      insightByRemainder = new WeakMap();
      start = {
        known: groups.map(() => undefined),
        dead: createBits(candidates.length),
        deciding: groups.map(() => createBits(candidates.length)),
        next: new Map(),
      };
      const verdicts = new Map<PlanNode<Context>, boolean | undefined>();
      for (let position = 0; position < candidates.length; position++) judge(position, start, verdicts);
    }
    return start;
  }

  function deepen(insight: Insight<Context>, group: number, found: ScopeClass<Context>): Insight<Context> {
    const isNothing = found.holds.size + found.leaves.size === 0;
    const key = isNothing ? nothings[group] : found;
    const reached = insight.next.get(key);
    if (reached !== undefined) return reached;
    // Little holds for a text; candidates that do not mention it come to the same as where nothing holds.
    const like = isNothing ? insight : deepen(insight, group, nothings[group]);
    const deeper: Insight<Context> = {
      known: insight.known.with(group, key),
      dead: like.dead.slice(),
      deciding: like.deciding.map((positions) => positions.slice()),
      next: new Map(),
    };
    const touched = isNothing ? mentions[group] : candidatesOf(found);
    const verdicts = new Map<PlanNode<Context>, boolean | undefined>();
    for (let position = 0; position < candidates.length; position++) {
      if (hasBit(insight.dead, position) || !hasBit(touched, position)) continue;
      clearBit(deeper.dead, position);
      for (const positions of deeper.deciding) clearBit(positions, position);
      judge(position, deeper, verdicts);
    }
    insight.next.set(key, deeper);
    return deeper;
  }

  /** The positions of the candidates that mention what holds of a class, or what it leaves. */
  function candidatesOf({ holds, leaves }: ScopeClass<Context>): Uint32Array {
    const positions = createBits(candidates.length);
    for (const predicates of [holds, leaves]) {
      for (const predicate of predicates) {
        for (const position of mentioning.get(predicate) ?? []) setBit(positions, position);
      }
    }
    return positions;
  }

  /** The first group of texts that could rule an open candidate out. */
  function prepare({ open }: Remainder, { deciding }: Insight<Context>): Narrowing {
    const group = deciding.findIndex((positions) => open.some((position) => hasBit(positions, position)));
    return { group, byClass: [] };
  }

  function learn(remainder: Remainder, { group, byClass }: Narrowing, found: ScopeClass<Context>): Remainder {
    const first = findStart();
    const insight = deepen(insightByRemainder.get(remainder) ?? first, group, found);
    const open = [...remainder.open].filter((position) => !hasBit(insight.dead, position));
    const narrowed = describeRemainder(remainder.certain, open, candidates.length);
    if (open.length > 0) insightByRemainder.set(narrowed, insight);
    narrowed.narrowing ??= prepare(narrowed, insight);
    byClass[found.id] = narrowed;
    const areClassesMany = groups[group].classCount() > REMEMBERED_CLASSES;
    if (areClassesMany) groups[group].reset();
    memory.count(areClassesMany);
    return narrowed;
  }

  return {
    narrow(remainder, context) {
      let left = remainder;
      for (;;) {
        left.narrowing ??= prepare(left, findStart());
        const { narrowing } = left;
        if (narrowing.group === -1) return left;
        const found = groups[narrowing.group].classify(context);
        left = narrowing.byClass[found.id] ?? learn(left, narrowing, found);
      }
    },
  };
}

/** All comparisons of single texts that don't cost much, by text; the texts that are compared most often come first. */
function groupTexts<Context>(candidates: readonly Candidate<Context>[]): {
  readonly groups: readonly ScopeGroup<Context>[];
  /** The group of a predicate, -1 without one. */
  readonly groupOf: (predicate: Predicate<Context>) => number;
  /** The group of another text that may rule a predicate out, -1 without one. */
  readonly rulingOut: (predicate: Predicate<Context>) => number;
} {
  const found = new Map<
    string,
    { readonly subject: Subject<Context>; readonly predicates: Set<Predicate<Context>> }
  >();
  const seen = new Set<PlanNode<Context>>();
  const ruledOut = new Set<Predicate<Context>>();

  function visit(node: PlanNode<Context>): void {
    if (node.kind === 'constant' || seen.has(node)) return;
    seen.add(node);
    if (node.kind !== 'test') {
      node.children.forEach(visit);
      return;
    }
    const { subject, lookup, cost } = node.predicate;
    if (node.predicate.ruledOut !== undefined) ruledOut.add(node.predicate);
    // All tests of a text that no look-up decides are made when it is first seen: not those that cost much, nor
    // exceptions, which hold for hardly any text.
    if (subject?.isText !== true || cost > DEAREST || (lookup === undefined && node.isNegated)) return;
    const entry = found.get(subject.key);
    if (entry === undefined) found.set(subject.key, { subject, predicates: new Set([node.predicate]) });
    else entry.predicates.add(node.predicate);
  }

  for (const { eventParts } of candidates) eventParts.forEach(visit);
  const sorted = [...found.values()].sort((left, right) => right.predicates.size - left.predicates.size);
  const others = sorted.map(({ subject }) => [...ruledOut].filter((one) => one.ruledOut?.by === subject.key));
  return {
    groups: sorted.map(({ subject, predicates }, group) =>
      createScopeGroup(subject, [...predicates], new Map(), 0, others[group]),
    ),
    groupOf: indexGroups(sorted.map(({ predicates }) => predicates)),
    rulingOut: indexGroups(others),
  };
}
