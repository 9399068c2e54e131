import { clearBit, countCommon, createBits, hasBit, removeBits, setBit } from './bits.ts';
import type { Candidate } from './candidate.ts';
import { decide } from './decide.ts';
import { indexGroups } from './group-index.ts';
import { indexMentions, predicatesOf } from './mentions.ts';
import type { PlanNode } from './node.ts';
import type { Predicate, Subject } from './predicate.ts';
import { createScopeGroup, type ScopeClass, type ScopeGroup } from './scope-group.ts';

/** Above so many places or classes everything is forgotten and learned again: the bound of the memory. */
const REMEMBERED_PLACES = 8192;
const REMEMBERED_CLASSES = 4096;

/**
 * What the rule set comes down to for a process: the candidates that can still match, by slot of event types.
 * Shared by all processes for which the same candidates are left.
 */
export interface Residue {
  /** By candidate id: those that an event of such a process can match. */
  readonly left: Uint32Array;
  /** What is left for each slot, found when the slot is first asked for. */
  readonly remainders: (Remainder | undefined)[];
}

/**
 * A place in the tree of questions about a process. Which group is asked next depends on what the groups before it have
 * ruled out: for most processes the name rules out all candidates that would ask for the arguments.
 */
export interface Place<Context> {
  /** By group: what it said; undefined where it was not asked. */
  readonly classes: readonly (ScopeClass<Context> | undefined)[];
  /** The candidates that can still match, going by those answers. */
  readonly left: Uint32Array;
  /** The group to ask next; -1 where nothing is left to ask. */
  readonly group: number;
  /** By the class that it gives: the next place. */
  readonly next: (Place<Context> | undefined)[];
  /** Parts of those candidates that several groups decide together and that are still open. */
  readonly mixed: readonly MixedPart<Context>[];
  /** What those parts come to where no predicate of the next group holds; undefined while nobody asked. */
  verdictsWithNone: readonly (boolean | undefined)[] | undefined;
  /** The groups asked on the way here that rest on ancestors. */
  readonly ancestorGroups: readonly number[];
  /** What all that was asked comes down to, where nothing is left to ask. */
  readonly residue: Residue | undefined;
}

/** A place where nothing is left to ask. */
export interface End<Context> extends Place<Context> {
  readonly residue: Residue;
}

/** What is left of a slot's candidates for a process. */
export interface Remainder {
  /** Rules that match any event of the slot: nothing is left to ask. In order. */
  readonly certain: Int32Array;
  /** Positions, among the slot's candidates, of those whose event parts decide. In order. */
  readonly open: Int32Array;
  /** The same positions as a set. */
  readonly openBits: Uint32Array;
  /** Which lists of the slot's check of descriptors the open candidates are in; undefined while nobody asked. */
  descriptorLists: Uint32Array | typeof anyDescriptor | undefined;
  /** What is left for certain texts of the event, learned by `plan/narrowing.ts`; undefined while nobody asked. */
  narrowing: Narrowing | undefined;
}

/** What one text of the event tells of a remainder. */
export interface Narrowing {
  /** Which of the slot's groups of texts is to be asked; -1 when none tells more. */
  readonly group: number;
  /** By the id of the text's class: what is left then. */
  readonly byClass: (Remainder | undefined)[];
}

export interface Residues<Context> {
  /** Where the questions end for the process that the context is about. */
  find(context: Context): End<Context>;
  /** The same, where nothing but the ancestors of the process may have changed since `known` was found. */
  refind(context: Context, known: End<Context>): End<Context>;
  /** What is left for a slot; `candidates` are the slot's own. */
  remainderOf(residue: Residue, slot: number, candidates: readonly Candidate<Context>[]): Remainder;
  /** Forgets all residues: the memory is bounded. */
  forget(): void;
  /** Changes whenever all residues were forgotten: those found before must be found again. */
  epoch(): number;
  /** How many distinct residues are remembered. */
  size(): number;
}

/** Stands for the lists where something is left whatever the descriptor is. */
export const anyDescriptor = 'any';

export const nothingLeft: Remainder = {
  certain: new Int32Array(0),
  open: new Int32Array(0),
  openBits: new Uint32Array(0),
  descriptorLists: undefined,
  narrowing: undefined,
};

/** Prepares everything about the candidates that depends on the process alone. */
export function createResidues<Context>(
  candidates: readonly Candidate<Context>[],
  slotCount: number,
): Residues<Context> {
  const { groups, groupOf, users, mixed, mentioning } = groupCandidates(candidates);
  const restsOnAncestors = groups.map(({ predicates }) =>
    predicates.some(({ dependsOnAncestors }) => dependsOnAncestors),
  );
  let root: Place<Context> | undefined;
  let residues = new Map<string, Residue>();
  let placeCount = 0;
  let epoch = 0;

  function forget(): void {
    for (const group of groups) group.reset();
    root = undefined;
    residues = new Map();
    placeCount = 0;
    epoch += 1;
  }

  function find(context: Context): End<Context> {
    root ??= createRoot();
    let place = root;
    while (place.group !== -1) {
      const found = groups[place.group].classify(context);
      const next = place.next[found.id];
      if (next !== undefined) place = next;
      else if (placeCount < REMEMBERED_PLACES && found.id < REMEMBERED_CLASSES) place = grow(place, found);
      else {
        forget();
        place = root = createRoot();
      }
    }
    return place as End<Context>;
  }

  function createRoot(): Place<Context> {
    const left = createBits(candidates.length);
    for (const { id } of candidates) setBit(left, id);
    const classes: Place<Context>['classes'] = new Array(groups.length).fill(undefined);
    return createPlace(classes, left, mixed, []);
  }

  function grow(place: Place<Context>, found: ScopeClass<Context>): Place<Context> {
    const { group } = place;
    const classes = place.classes.with(group, found);
    const left = place.left.slice();
    removeBits(left, found.dead);
    const open = decideMixed(place, found, classes, left);
    const ancestorGroups = restsOnAncestors[group] ? [...place.ancestorGroups, group] : place.ancestorGroups;
    const next = createPlace(classes, left, open, ancestorGroups);
    place.next[found.id] = next;
    return next;
  }

  function createPlace(
    classes: Place<Context>['classes'],
    left: Uint32Array,
    open: readonly MixedPart<Context>[],
    ancestorGroups: readonly number[],
  ): Place<Context> {
    placeCount += 1;
    const group = chooseGroup(classes, left, open);
    const residue = group === -1 ? residueOf(left) : undefined;
    const verdictsWithNone = undefined;
    return { classes, left, group, next: [], mixed: open, verdictsWithNone, ancestorGroups, residue };
  }

  /** The parts that are still open with the answer `found`; takes out of `left` whose part has failed. */
  function decideMixed(
    place: Place<Context>,
    found: ScopeClass<Context>,
    classes: Place<Context>['classes'],
    left: Uint32Array,
  ): readonly MixedPart<Context>[] {
    const { group } = place;
    // Few predicates hold of a class; what does not mention them comes to the same in all of them.
    place.verdictsWithNone ??= place.mixed.map(({ node, groups: asks }) =>
      asks.includes(group) ? decidePartly(node, place.classes, group) : undefined,
    );
    const touched = new Set<number>();
    for (const predicate of found.holds) {
      for (const id of mentioning.get(predicate) ?? []) touched.add(id);
    }
    const open: MixedPart<Context>[] = [];
    for (const [index, part] of place.mixed.entries()) {
      if (!hasBit(left, part.candidate)) continue;
      const verdict = touched.has(part.id) ? decidePartly(part.node, classes) : place.verdictsWithNone[index];
      if (verdict === false) clearBit(left, part.candidate);
      else if (verdict === undefined) open.push(part);
    }
    return open.filter(({ candidate }) => hasBit(left, candidate));
  }

  /** The group that most of the candidates that are left ask for, the reading of it set off against that. */
  function chooseGroup(
    classes: Place<Context>['classes'],
    left: Uint32Array,
    open: readonly MixedPart<Context>[],
  ): number {
    const asking = users.map((ids, group) => (classes[group] === undefined ? countCommon(left, ids) : 0));
    for (const part of open) {
      for (const group of part.groups) if (classes[group] === undefined) asking[group] += 1;
    }
    let [chosen, most] = [-1, 0];
    for (const [group, { cost }] of groups.entries()) {
      const gain = asking[group] / cost;
      if (gain > most) [chosen, most] = [group, gain];
    }
    return chosen;
  }

  function residueOf(left: Uint32Array): Residue {
    const key = left.join();
    let residue = residues.get(key);
    if (residue === undefined) {
      residue = { left, remainders: new Array(slotCount) };
      residues.set(key, residue);
    }
    return residue;
  }

  /**
   * Undefined where it hinges on groups that have not been asked.
   * @param none a group that was asked and of which no predicate holds.
   */
  function decidePartly(
    node: PlanNode<Context>,
    classes: Place<Context>['classes'],
    none = -1,
  ): boolean | undefined {
    return decide(node, (predicate) => {
      const group = groupOf(predicate);
      return group === none ? false : classes[group]?.holds.has(predicate);
    });
  }

  return {
    find,
    forget,
    refind(context, known) {
      for (const group of known.ancestorGroups) {
        if (groups[group].classify(context) !== known.classes[group]) return find(context);
      }
      return known;
    },
    remainderOf(residue, slot, slotCandidates) {
      const known = residue.remainders[slot];
      if (known !== undefined) return known;
      const certain: number[] = [];
      const open: number[] = [];
      slotCandidates.forEach((candidate, position) => {
        if (!hasBit(residue.left, candidate.id)) return;
        if (candidate.eventParts.length === 0) certain.push(candidate.rule);
        else open.push(position);
      });
      const remainder = describeRemainder(Int32Array.from(certain), open, slotCandidates.length);
      residue.remainders[slot] = remainder;
      return remainder;
    },
    epoch: () => epoch,
    size: () => residues.size,
  };
}

/** @param slotSize how many candidates the slot has. */
export function describeRemainder(certain: Int32Array, open: readonly number[], slotSize: number): Remainder {
  if (certain.length + open.length === 0) return nothingLeft;
  const openBits = createBits(slotSize);
  for (const position of open) setBit(openBits, position);
  return { certain, open: Int32Array.from(open), openBits, descriptorLists: undefined, narrowing: undefined };
}

/** A part of a candidate that several groups decide together. */
interface MixedPart<Context> {
  /** Index among all such parts. */
  readonly id: number;
  /** The candidate's id. */
  readonly candidate: number;
  readonly node: PlanNode<Context>;
  readonly groups: readonly number[];
}

interface GroupedCandidates<Context> {
  readonly groups: readonly ScopeGroup<Context>[];
  /** The group of a predicate. */
  readonly groupOf: (predicate: Predicate<Context>) => number;
  /** By group: the ids of the candidates with a part that it alone decides. */
  readonly users: readonly Uint32Array[];
  readonly mixed: readonly MixedPart<Context>[];
  /** By predicate: the ids of those of them that it is a part of. */
  readonly mentioning: ReadonlyMap<Predicate<Context>, readonly number[]>;
}

/** Sorts all scope predicates into groups, and each candidate's scope parts into those that one group decides and the rest. */
function groupCandidates<Context>(candidates: readonly Candidate<Context>[]): GroupedCandidates<Context> {
  const indexByKey = new Map<string, number>();
  const subjects: Subject<Context>[] = [];
  const predicates: Predicate<Context>[][] = [];
  const partsByGroup: Map<Candidate<Context>, PlanNode<Context>[]>[] = [];
  const groupOf = new Map<Predicate<Context>, number>();
  const mixed: MixedPart<Context>[] = [];

  function assignGroup(predicate: Predicate<Context>): number {
    const known = groupOf.get(predicate);
    if (known !== undefined) return known;
    const subject = predicate.subject ?? {
      key: `predicate ${predicate.id}`,
      isText: false,
      read: predicate.holds,
    };
    let index = indexByKey.get(subject.key);
    if (index === undefined) {
      index = subjects.push(subject) - 1;
      indexByKey.set(subject.key, index);
      predicates.push([]);
      partsByGroup.push(new Map());
    }
    predicates[index].push(predicate);
    groupOf.set(predicate, index);
    return index;
  }

  for (const candidate of candidates) {
    for (const node of candidate.scopeParts) {
      const indexes = new Set([...predicatesOf(node)].map(assignGroup));
      if (indexes.size !== 1) {
        mixed.push({ id: mixed.length, candidate: candidate.id, node, groups: [...indexes] });
        continue;
      }
      const parts = partsByGroup[indexes.values().next().value!];
      const known = parts.get(candidate);
      if (known === undefined) parts.set(candidate, [node]);
      else known.push(node);
    }
    // A predicate among the event parts is asked for with the event, even when it would hold for the process.
  }
  const groups = subjects.map((subject, index) =>
    createScopeGroup(subject, predicates[index], partsByGroup[index], candidates.length),
  );
  const mentioning = indexMentions(mixed.map(({ id, node }) => [id, [node]] as const));
  const users = partsByGroup.map((parts) => {
    const ids = createBits(candidates.length);
    for (const { id } of parts.keys()) setBit(ids, id);
    return ids;
  });
  return { groups, groupOf: indexGroups(predicates), users, mixed, mentioning };
}
