import { hasBit } from '../plan/bits.ts';
import type { Candidate } from '../plan/candidate.ts';
import type { PlanNode } from '../plan/node.ts';
import type { Lookup, Subject } from '../plan/predicate.ts';
import { createPrefixTree, type PrefixTree } from '../plan/prefix-tree.ts';
import { createClosures, joinTests, type Test } from './closure.ts';
import { emitSlotMatcher, type SlotMatcher } from './emit.ts';
import { soonestDecided } from './order.ts';

/** How many candidates one function asks: more, and it outgrows what V8 optimises. */
const EMITTED_TOGETHER = 64;

/** What an event's text finds candidates by. */
const indexedKinds: ReadonlySet<Lookup['kind']> = new Set(['equals', 'startsWith']);

/** Where no more candidates are open than this they are asked in turn. */
const ASKED_IN_TURN = 24;

/** Texts one of which the subject must equal or start with. */
interface Access<Context> {
  readonly subject: Subject<Context>;
  readonly lookup: Lookup;
}

/** Everything filed under the texts of one subject. */
interface AccessIndex<Context> {
  readonly subject: Subject<Context>;
  /** Positions of candidates, by the text that the subject must equal. */
  readonly byText: ReadonlyMap<unknown, readonly number[]>;
  readonly byPrefix: PrefixTree;
}

/**
 * A matcher for a slot with many candidates: those that ask for certain texts ("fd.name in (...)", "starts with")
 * are found by looking the event's own text up, so that the cost of an event does not grow with their number. The
 * others are asked in functions of a size that V8 optimises, which ask once what they share.
 */
export function createIndexedMatcher<Context>(
  candidates: readonly Candidate<Context>[],
): SlotMatcher<Context> {
  const compile = createClosures<Context>();
  /** Compiled when a candidate is first asked: of thousands of candidates, few ever are. */
  const tests: (Test<Context> | undefined)[] = new Array(candidates.length).fill(undefined);
  const rules = Int32Array.from(candidates, ({ rule }) => rule);
  /** Made when first needed: the texts of most events leave few candidates before any is asked. */
  let finder: Finder<Context> | undefined;
  /** The event in which a candidate was last asked: one found under two texts is asked once. */
  const askedAt = new Float64Array(candidates.length);
  let now = 0;
  let context: Context;
  let open: Uint32Array;
  let matches: Int32Array;
  let count = 0;

  function ask(position: number): void {
    if (!hasBit(open, position) || askedAt[position] === now) return;
    askedAt[position] = now;
    tests[position] ??= compileParts(candidates[position].eventParts, compile);
    if (tests[position](context)) matches[count++] = rules[position];
  }

  return (eventContext, openBits, found, foundCount, openPositions) => {
    now += 1;
    context = eventContext;
    open = openBits;
    matches = found;
    count = foundCount;
    if (openPositions.length <= ASKED_IN_TURN) {
      for (let index = 0; index < openPositions.length; index++) ask(openPositions[index]);
      return count;
    }
    finder ??= createFinder(candidates);
    const { indexes, unfiled } = finder;
    for (const { subject, byText, byPrefix } of indexes) {
      const value = subject.read(context);
      if (typeof value !== 'string') continue;
      const filed = byText.get(value);
      if (filed !== undefined) for (let index = 0; index < filed.length; index++) ask(filed[index]);
      if (!byPrefix.isEmpty) byPrefix.visit(value, ask);
    }
    for (let index = 0; index < unfiled.length; index++) {
      count = unfiled[index](context, open, matches, count, openPositions);
    }
    return count;
  };
}

/** What finds candidates by the texts of an event, and asks those that can't be found so. */
interface Finder<Context> {
  readonly indexes: readonly AccessIndex<Context>[];
  readonly unfiled: readonly SlotMatcher<Context>[];
}

function createFinder<Context>(candidates: readonly Candidate<Context>[]): Finder<Context> {
  const { indexes, unfiledPositions } = fileCandidates(candidates);
  const unfiled: SlotMatcher<Context>[] = [];
  for (let from = 0; from < unfiledPositions.length; from += EMITTED_TOGETHER) {
    unfiled.push(emitSlotMatcher(candidates, unfiledPositions.slice(from, from + EMITTED_TOGETHER)));
  }
  return { indexes, unfiled };
}

function compileParts<Context>(
  parts: readonly PlanNode<Context>[],
  compile: (node: PlanNode<Context>) => Test<Context>,
): Test<Context> {
  return joinTests('and', soonestDecided('and', parts).map(compile));
}

function fileCandidates<Context>(candidates: readonly Candidate<Context>[]): {
  readonly indexes: readonly AccessIndex<Context>[];
  readonly unfiledPositions: readonly number[];
} {
  const unfiledPositions: number[] = [];
  const filed = new Map<
    string,
    { subject: Subject<Context>; equals: Map<string, number[]>; prefixes: [string, number][] }
  >();

  function file({ subject, lookup: { kind, texts } }: Access<Context>, position: number): void {
    let entry = filed.get(subject.key);
    if (entry === undefined) {
      entry = { subject, equals: new Map(), prefixes: [] };
      filed.set(subject.key, entry);
    }
    for (const text of texts) {
      if (kind === 'startsWith') entry.prefixes.push([text, position]);
      else if (entry.equals.has(text)) entry.equals.get(text)!.push(position);
      else entry.equals.set(text, [position]);
    }
  }

  const options = candidates.map(({ eventParts }) => eventParts.flatMap(waysTo));
  const crowds = countCrowds(options.map((ways) => ways.flat()));
  candidates.forEach(({ eventParts }, position) => {
    const ways = chooseWays(options[position], crowds, candidates.length);
    if (ways !== undefined) for (const access of ways) file(access, position);
    else if (eventParts.length > 0) unfiledPositions.push(position);
  });
  const indexes = [...filed.values()].map(({ subject, equals, prefixes }) => ({
    subject,
    byText: equals,
    byPrefix: createPrefixTree(prefixes),
  }));
  return { indexes, unfiledPositions };
}

/** A text that more candidates than this share of the slot ask for tells them apart too little to look it up. */
const CROWDED_SHARE = 0.1;
const CROWDED_AT_LEAST = 8;

/** The option whose texts the fewest candidates ask for; undefined where all are crowded. */
function chooseWays<Context>(
  options: readonly (readonly Access<Context>[])[],
  crowds: ReadonlyMap<string, number>,
  candidateCount: number,
): readonly Access<Context>[] | undefined {
  const limit = Math.max(CROWDED_AT_LEAST, candidateCount * CROWDED_SHARE);
  let best: readonly Access<Context>[] | undefined;
  let fewest = limit + 1;
  for (const ways of options) {
    const crowd = Math.max(0, ...ways.flatMap((access) => keysOf(access).map((key) => crowds.get(key) ?? 0)));
    if (crowd < fewest) {
      best = ways;
      fewest = crowd;
    }
  }
  return best;
}

/** How many candidates ask for each text of each subject. */
function countCrowds<Context>(
  accesses: readonly (readonly Access<Context>[])[],
): ReadonlyMap<string, number> {
  const crowds = new Map<string, number>();
  for (const ways of accesses) {
    for (const key of new Set(ways.flatMap(keysOf))) crowds.set(key, (crowds.get(key) ?? 0) + 1);
  }
  return crowds;
}

function keysOf<Context>({ subject, lookup: { kind, texts } }: Access<Context>): string[] {
  return texts.map((text) => `${kind} ${subject.key} ${text}`);
}

/**
 * Ways to see that a node can't hold, each a list of look-ups one of which must succeed for it to hold; none where
 * the node can hold without any.
 */
function waysTo<Context>(node: PlanNode<Context>): readonly (readonly Access<Context>[])[] {
  if (node.kind === 'test') {
    const { subject, lookup } = node.predicate;
    const isFound = !node.isNegated && subject !== undefined && lookup !== undefined;
    return isFound && indexedKinds.has(lookup.kind) ? [[{ subject, lookup }]] : [];
  }
  if (node.kind === 'and') return node.children.flatMap(waysTo);
  if (node.kind !== 'or') return [];
  const combined: Access<Context>[] = [];
  for (const child of node.children) {
    const [first] = waysTo(child);
    if (first === undefined) return [];
    combined.push(...first);
  }
  return [combined];
}
