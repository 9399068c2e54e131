import { createPathTree } from '../value/path-prefix.ts';
import { clearBit, createBits, setBit } from './bits.ts';
import type { Candidate } from './candidate.ts';
import { decide } from './decide.ts';
import { indexMentions } from './mentions.ts';
import type { PlanNode } from './node.ts';
import type { Lookup, Predicate, Subject } from './predicate.ts';
import { createPrefixTree } from './prefix-tree.ts';
import { createSubstringTree } from './substring-tree.ts';

/** How many values a group remembers before it forgets them all: what hostile process names can cost at most. */
const REMEMBERED_VALUES = 16_384;
/** Characters of the texts among them: who starts programs chooses how long these are, up to kibibytes each. */
const REMEMBERED_CHARACTERS = 4 * 1024 * 1024;

/** Texts of at least that length are one to what tells texts by their lengths. */
const LONGEST = 255;

/** So few texts to be contained are sooner sought one by one than in one walk over the value. */
const SOUGHT_ONE_BY_ONE = 8;

/**
 * All scope predicates over one subject (`proc.name`), decided together: reading the value once gives a class, and
 * the class says which of the predicates hold and which candidates can't match any more because of them.
 */
export interface ScopeGroup<Context> {
  readonly key: string;
  readonly predicates: readonly Predicate<Context>[];
  /** What reading the subject costs, against that of others. */
  readonly cost: number;
  /** The class of the value that the subject has now. */
  classify(context: Context): ScopeClass<Context>;
  /** How many classes there are: they are never forgotten one by one. */
  classCount(): number;
  /** Forgets all values and classes. */
  reset(): void;
}

/** Values of a group's subject for which the same predicates hold. */
export interface ScopeClass<Context> {
  readonly id: number;
  readonly holds: ReadonlySet<Predicate<Context>>;
  /** Of the predicates of other subjects that the value may rule out, those that it leaves. */
  readonly leaves: ReadonlySet<Predicate<Context>>;
  /** By candidate id: those with a part that this group alone decides, and that fails. */
  readonly dead: Uint32Array;
}

/**
 * @param subject what the group's predicates read.
 * @param parts for each candidate the parts that predicates of this group alone decide; candidates without any are absent.
 * @param candidateCount how many candidates the plan has.
 * @param others predicates of other subjects that the value of this one may rule out.
 */
export function createScopeGroup<Context>(
  subject: Subject<Context>,
  predicates: readonly Predicate<Context>[],
  parts: ReadonlyMap<Candidate<Context>, readonly PlanNode<Context>[]>,
  candidateCount: number,
  others: readonly Predicate<Context>[] = [],
): ScopeGroup<Context> {
  const { equals, startsWith, contains: contained, pathPrefix } = fileTexts(predicates);
  const isEachSought = contained.length <= SOUGHT_ONE_BY_ONE;
  const sought = isEachSought ? contained : [];
  const ends = endsOf(predicates);
  const tested = [...predicates.keys()].filter(
    (index) => predicates[index].lookup === undefined && !isEnd(predicates[index]),
  );
  const byPrefix = createPrefixTree(startsWith);
  const byPath = createPathTree(pathPrefix);
  const bySubstring = createSubstringTree(isEachSought ? [] : contained);
  const equalTo = indexEquals(equals);
  const users = indexMentions(parts);
  const deadByDefault = createBits(candidateCount);
  for (const [candidate, nodes] of parts) {
    if (!nodes.every((node) => decide(node, () => false))) setBit(deadByDefault, candidate.id);
  }
  const leftBy = indexOthers(others);
  let classByValue = new Map<unknown, ScopeClass<Context>>();
  let characters = 0;
  let classes = new Map<string, ScopeClass<Context>>();
  /** The class of the values for which no predicate holds: most. */
  let noneHolds: ScopeClass<Context> | undefined;
  /** The classes of the values for which one predicate holds: most others. */
  let oneHolds = new Map<Predicate<Context>, ScopeClass<Context>>();
  /** The predicates that hold for the value at hand. One list for all values: there are many, and for most it stays empty. */
  const holding: Predicate<Context>[] = [];
  /** For each predicate the number of the last value that it was found to hold for. */
  const notedFor = new Float64Array(predicates.length);
  let asked = 0;

  function deadFor(holds: ReadonlySet<Predicate<Context>>): Uint32Array {
    const dead = deadByDefault.slice();
    for (const predicate of holds) {
      for (const candidate of users.get(predicate) ?? []) {
        const isAlive = parts.get(candidate)!.every((node) => decide(node, (one) => holds.has(one)));
        if (isAlive) clearBit(dead, candidate.id);
        else setBit(dead, candidate.id);
      }
    }
    return dead;
  }

  function learnClass(
    key: string,
    holding: readonly Predicate<Context>[],
    left: readonly Predicate<Context>[],
  ): ScopeClass<Context> {
    const holds = new Set(holding);
    const learned = { id: classes.size, holds, leaves: new Set(left), dead: deadFor(holds) };
    classes.set(key, learned);
    return learned;
  }

  function note(index: number): boolean {
    if (notedFor[index] !== asked) {
      notedFor[index] = asked;
      holding.push(predicates[index]);
    }
    return false;
  }

  function classOf(value: unknown, context: Context): ScopeClass<Context> {
    const text = typeof value === 'string' ? value : undefined;
    // Setting a length is a call into the runtime.
    if (holding.length > 0) holding.length = 0;
    asked += 1;
    for (let place = 0; place < tested.length; place += 1) {
      const index = tested[place];
      const { holdsFor, holds } = predicates[index];
      if (holdsFor === undefined ? holds(context) : text !== undefined && holdsFor(text)) note(index);
    }
    if (text !== undefined) {
      for (let place = 0; place < ends.length; place += 1) {
        const { end, firstCode, index } = ends[place];
        const start = text.length - end.length;
        if (start >= 0 && text.charCodeAt(start) === firstCode && text.endsWith(end)) note(index);
      }
      for (let place = 0; place < sought.length; place += 1) {
        if (text.includes(sought[place][0])) note(sought[place][1]);
      }
      if (!byPrefix.isEmpty) byPrefix.visit(text, note);
      if (!bySubstring.isEmpty) bySubstring.visit(text, note);
      if (!byPath.isEmpty) byPath.visit(text, note);
      equalTo(text)?.forEach(note);
    }
    const left = text === undefined ? others : leftBy(text);
    if (holding.length + left.length === 0) {
      noneHolds ??= learnClass('', [], left);
      return noneHolds;
    }
    if (holding.length === 1 && left.length === 0) {
      const [holds] = holding;
      let known = oneHolds.get(holds);
      if (known === undefined) {
        known = learnClass(idsOf(holding), holding, left);
        oneHolds.set(holds, known);
      }
      return known;
    }
    holding.sort((one, other) => one.id - other.id);
    const key = `${idsOf(holding)};${idsOf(left)}`;
    return classes.get(key) ?? learnClass(key, holding, left);
  }

  function forgetValues(): void {
    classByValue = new Map();
    characters = 0;
  }

  return {
    key: subject.key,
    predicates,
    cost: predicates.reduce((most, { cost }) => Math.max(most, cost), 0),
    classify(context) {
      const value = subject.read(context);
      let found = classByValue.get(value);
      if (found === undefined) {
        found = classOf(value, context);
        if (typeof value === 'string') characters += value.length;
        if (classByValue.size >= REMEMBERED_VALUES || characters > REMEMBERED_CHARACTERS) forgetValues();
        classByValue.set(value, found);
      }
      return found;
    },
    classCount: () => classes.size,
    reset() {
      forgetValues();
      classes = new Map();
      noneHolds = undefined;
      oneHolds = new Map();
    },
  };
}

/** Gives those of the predicates that a text of another subject leaves, in their order. */
function indexOthers<Context>(
  others: readonly Predicate<Context>[],
): (text: string) => readonly Predicate<Context>[] {
  const byLook = Map.groupBy(others, ({ ruledOut }) => ruledOut!.possibleFor);
  const indexes = [...byLook].map(([possibleFor, predicates]) => ({
    possibleFor,
    predicates,
    equalTo: indexEquals(fileTexts(predicates).equals),
  }));
  return (text) => {
    let left: Set<Predicate<Context>> | undefined;
    for (let look = 0; look < indexes.length; look += 1) {
      const { possibleFor, predicates, equalTo } = indexes[look];
      const possible = possibleFor(text);
      for (let index = 0; index < possible.length; index += 1) {
        const found = equalTo(possible[index]);
        if (found === undefined) continue;
        left ??= new Set();
        for (const one of found) left.add(predicates[one]);
      }
    }
    return left === undefined ? none : [...left].sort((one, other) => one.id - other.id);
  };
}

const none: readonly never[] = [];

function idsOf<Context>(predicates: readonly Predicate<Context>[]): string {
  return predicates.map(({ id }) => id).join();
}

/** A text that a predicate looks for, and the predicate's index. */
type FiledText = readonly [text: string, index: number];

/** The texts that the predicates look for, by how they do. */
function fileTexts<Context>(
  predicates: readonly Predicate<Context>[],
): Readonly<Record<Lookup['kind'], readonly FiledText[]>> {
  const filed: Record<Lookup['kind'], FiledText[]> = {
    equals: [],
    startsWith: [],
    contains: [],
    pathPrefix: [],
  };
  predicates.forEach(({ lookup }, index) => {
    if (lookup === undefined) return;
    const texts = filed[lookup.kind];
    for (const text of lookup.texts) texts.push([text, index]);
  });
  return filed;
}

/** What a text may end with, and the index of the predicate that asks for it. */
interface End {
  readonly end: string;
  /** Most texts are told from one that ends so by this character alone. */
  readonly firstCode: number;
  readonly index: number;
}

function endsOf<Context>(predicates: readonly Predicate<Context>[]): readonly End[] {
  return predicates.flatMap((predicate, index) => {
    if (!isEnd(predicate)) return [];
    const end = predicate.direct!.constant as string;
    return [{ end, firstCode: end.charCodeAt(0), index }];
  });
}

/** Whether the predicate says that a text ends with another one, which is not empty. */
function isEnd<Context>({ direct, holdsFor }: Predicate<Context>): boolean {
  return direct?.relation === 'endsWith' && direct.constant !== '' && holdsFor !== undefined;
}

/** Gives for a text the indexes of the predicates that it makes hold by being equal; undefined where there are none. */
function indexEquals(equals: readonly FiledText[]): (text: string) => readonly number[] | undefined {
  const byText = new Map<string, number[]>();
  /** By length, 1 where a text is so long; the last entry stands for all that are longer. */
  const lengths = new Uint8Array(LONGEST + 1);
  for (const [text, index] of equals) {
    lengths[Math.min(text.length, LONGEST)] = 1;
    const known = byText.get(text);
    if (known === undefined) byText.set(text, [index]);
    else known.push(index);
  }
  // Texts that were never seen before are mostly told by their length from those sought, without being hashed.
  return (text) => (lengths[Math.min(text.length, LONGEST)] === 1 ? byText.get(text) : undefined);
}
