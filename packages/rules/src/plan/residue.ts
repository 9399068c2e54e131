import { addBits, createBits, hasBit, setBit } from './bits.ts';
import type { Candidate } from './candidate.ts';
import type { PlanNode } from './node.ts';
import type { Predicate, Subject } from './predicate.ts';
import { createScopeGroup, predicatesOf, type ScopeClass, type ScopeGroup } from './scope-group.ts';

/** Above so many residues or classes everything is forgotten and learned again: the bound of the memory. */
const REMEMBERED_RESIDUES = 8192;
const REMEMBERED_CLASSES = 4096;

/**
 * What the rule set comes down to for a process: the candidates that can still match, by slot of event types.
 * Shared by all processes for which the same predicates hold.
 */
export interface Residue<Context> {
  readonly classes: readonly ScopeClass<Context>[];
  /** By candidate id: those that no event of such a process can match. */
  readonly dead: Uint32Array;
  /** What is left for each slot, found when the slot is first asked for. */
  readonly remainders: (Remainder | undefined)[];
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
  /** By the class of the text: what is left then. */
  readonly byClass: Map<object, Remainder>;
}

export interface Residues<Context> {
  readonly groups: readonly ScopeGroup<Context>[];
  /** The residue for the process that the context is about. */
  find(context: Context): Residue<Context>;
  /** The same, where nothing but the ancestors of the process may have changed since `known` was found. */
  refind(context: Context, known: Residue<Context>): Residue<Context>;
  /** What is left for a slot; `candidates` are the slot's own. */
  remainderOf(residue: Residue<Context>, slot: number, candidates: readonly Candidate<Context>[]): Remainder;
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
  const { groups, groupOf, mixedParts } = groupCandidates(candidates);
  const classes: ScopeClass<Context>[] = new Array(groups.length);
  let table = new Map<number, Residue<Context>[]>();
  let size = 0;
  let epoch = 0;
  const ancestorGroups = [...groups.keys()].filter((index) =>
    groups[index].predicates.some(({ dependsOnAncestors }) => dependsOnAncestors),
  );

  function forget(): void {
    for (const group of groups) group.reset();
    table = new Map();
    size = 0;
    epoch += 1;
  }

  function find(context: Context): Residue<Context> {
    let hash = 0;
    for (let index = 0; index < groups.length; index++) {
      const found = groups[index].classify(context);
      classes[index] = found;
      hash = (Math.imul(hash, 0x0100_0193) ^ found.id) | 0;
    }
    const bucket = table.get(hash);
    if (bucket !== undefined) {
      for (const residue of bucket) if (haveSameClasses(residue.classes, classes)) return residue;
    }
    if (size >= REMEMBERED_RESIDUES || groups.some((group) => group.classCount() > REMEMBERED_CLASSES)) {
      forget();
      return find(context);
    }
    const residue = create();
    if (bucket === undefined) table.set(hash, [residue]);
    else bucket.push(residue);
    size += 1;
    return residue;
  }

  function create(): Residue<Context> {
    const dead = createBits(candidates.length);
    for (const { dead: deadOfClass } of classes) addBits(dead, deadOfClass);
    return { classes: classes.slice(), dead, remainders: new Array(slotCount) };
  }

  function decideIn(node: PlanNode<Context>, residue: Residue<Context>): boolean {
    switch (node.kind) {
      case 'constant':
        return node.value;
      case 'test':
        return residue.classes[groupOf.get(node.predicate)!].holds.has(node.predicate) !== node.isNegated;
      case 'and':
        return node.children.every((child) => decideIn(child, residue));
      case 'or':
        return node.children.some((child) => decideIn(child, residue));
    }
  }

  function canMatch(candidate: Candidate<Context>, residue: Residue<Context>): boolean {
    if (hasBit(residue.dead, candidate.id)) return false;
    return mixedParts.get(candidate)?.every((node) => decideIn(node, residue)) ?? true;
  }

  return {
    groups,
    find,
    forget,
    refind(context, known) {
      for (const index of ancestorGroups) {
        if (groups[index].classify(context) !== known.classes[index]) return find(context);
      }
      return known;
    },
    remainderOf(residue, slot, slotCandidates) {
      const known = residue.remainders[slot];
      if (known !== undefined) return known;
      const certain: number[] = [];
      const open: number[] = [];
      slotCandidates.forEach((candidate, position) => {
        if (!canMatch(candidate, residue)) return;
        if (candidate.eventParts.length === 0) certain.push(candidate.rule);
        else open.push(position);
      });
      const remainder = describeRemainder(Int32Array.from(certain), open, slotCandidates.length);
      residue.remainders[slot] = remainder;
      return remainder;
    },
    epoch: () => epoch,
    size: () => size,
  };
}

/** @param slotSize how many candidates the slot has. */
export function describeRemainder(certain: Int32Array, open: readonly number[], slotSize: number): Remainder {
  if (certain.length + open.length === 0) return nothingLeft;
  const openBits = createBits(slotSize);
  for (const position of open) setBit(openBits, position);
  return { certain, open: Int32Array.from(open), openBits, descriptorLists: undefined, narrowing: undefined };
}

function haveSameClasses<Context>(
  left: readonly ScopeClass<Context>[],
  right: readonly ScopeClass<Context>[],
): boolean {
  for (let index = 0; index < left.length; index++) if (left[index] !== right[index]) return false;
  return true;
}

/** Sorts all scope predicates into groups, and each candidate's scope parts into those that one group decides and the rest. */
function groupCandidates<Context>(candidates: readonly Candidate<Context>[]): {
  readonly groups: readonly ScopeGroup<Context>[];
  readonly groupOf: ReadonlyMap<Predicate<Context>, number>;
  readonly mixedParts: ReadonlyMap<Candidate<Context>, readonly PlanNode<Context>[]>;
} {
  const indexByKey = new Map<string, number>();
  const subjects: Subject<Context>[] = [];
  const predicates: Predicate<Context>[][] = [];
  const partsByGroup: Map<Candidate<Context>, PlanNode<Context>[]>[] = [];
  const groupOf = new Map<Predicate<Context>, number>();
  const mixedParts = new Map<Candidate<Context>, PlanNode<Context>[]>();

  function assignGroup(predicate: Predicate<Context>): number {
    const known = groupOf.get(predicate);
    if (known !== undefined) return known;
    const subject = predicate.subject ?? {
      key: predicate.text,
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
    for (const part of candidate.scopeParts) {
      const indexes = new Set([...predicatesOf(part)].map(assignGroup));
      const parts = indexes.size === 1 ? partsByGroup[indexes.values().next().value!] : mixedParts;
      const known = parts.get(candidate);
      if (known === undefined) parts.set(candidate, [part]);
      else known.push(part);
    }
    // A predicate among the event parts is asked for with the event, even when it would hold for the process.
  }
  const groups = subjects.map((subject, index) =>
    createScopeGroup(subject, predicates[index], partsByGroup[index], candidates.length),
  );
  return { groups, groupOf, mixedParts };
}
