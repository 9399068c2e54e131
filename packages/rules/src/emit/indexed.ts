import { createBits, hasBit, setBit } from '../plan/bits.ts';
import type { Candidate } from '../plan/candidate.ts';
import type { PlanNode } from '../plan/node.ts';
import type { Lookup, Subject } from '../plan/predicate.ts';
import { createPrefixTree, type PrefixTree } from '../plan/prefix-tree.ts';
import { createClosures, joinTests, type Test } from './closure.ts';
import { cheapestFirst, type SlotMatcher } from './emit.ts';

/** Texts one of which the subject must equal or start with before the candidate can match. */
interface Access<Context> {
  readonly subject: Subject<Context>;
  readonly lookups: readonly Lookup[];
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
 * others, few in practice, are asked one by one.
 */
export function createIndexedMatcher<Context>(
  candidates: readonly Candidate<Context>[],
): SlotMatcher<Context> {
  const compile = createClosures<Context>();
  const tests = candidates.map(({ eventParts }) => createLazyTest(eventParts, compile));
  const rules = Int32Array.from(candidates, ({ rule }) => rule);
  const { indexes, unfiled } = fileCandidates(candidates);
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
    if (tests[position](context)) matches[count++] = rules[position];
  }

  return (eventContext, openBits, found, foundCount) => {
    now += 1;
    context = eventContext;
    open = openBits;
    matches = found;
    count = foundCount;
    for (const { subject, byText, byPrefix } of indexes) {
      const value = subject.read(context);
      if (typeof value !== 'string') continue;
      const filed = byText.get(value);
      if (filed !== undefined) for (let index = 0; index < filed.length; index++) ask(filed[index]);
      if (!byPrefix.isEmpty) byPrefix.visit(value, ask);
    }
    for (let word = 0; word < unfiled.length; word++) {
      let bits = unfiled[word] & open[word];
      while (bits !== 0) {
        const lowest = 31 - Math.clz32(bits & -bits);
        ask((word << 5) | lowest);
        bits &= bits - 1;
      }
    }
    return count;
  };
}

/** Compiles a candidate's parts when they are first asked: of thousands of candidates, few ever are. */
function createLazyTest<Context>(
  parts: readonly PlanNode<Context>[],
  compile: (node: PlanNode<Context>) => Test<Context>,
): Test<Context> {
  let test: Test<Context> | undefined;
  return (context) => {
    test ??= joinTests('and', cheapestFirst(parts).map(compile));
    return test(context);
  };
}

function fileCandidates<Context>(candidates: readonly Candidate<Context>[]): {
  readonly indexes: readonly AccessIndex<Context>[];
  readonly unfiled: Uint32Array;
} {
  const unfiled = createBits(candidates.length);
  const filed = new Map<
    string,
    { subject: Subject<Context>; equals: Map<string, number[]>; prefixes: [string, number][] }
  >();
  candidates.forEach(({ eventParts }, position) => {
    const access = chooseAccess(eventParts);
    if (access === undefined) {
      setBit(unfiled, position);
      return;
    }
    let entry = filed.get(access.subject.key);
    if (entry === undefined) {
      entry = { subject: access.subject, equals: new Map(), prefixes: [] };
      filed.set(access.subject.key, entry);
    }
    for (const { kind, texts } of access.lookups) {
      for (const text of texts) {
        if (kind === 'startsWith') entry.prefixes.push([text, position]);
        else if (entry.equals.has(text)) entry.equals.get(text)!.push(position);
        else entry.equals.set(text, [position]);
      }
    }
  });
  const indexes = [...filed.values()].map(({ subject, equals, prefixes }) => ({
    subject,
    byText: equals,
    byPrefix: createPrefixTree(prefixes),
  }));
  return { indexes, unfiled };
}

/** The part with the fewest texts, of those that can be looked up. */
function chooseAccess<Context>(parts: readonly PlanNode<Context>[]): Access<Context> | undefined {
  let best: Access<Context> | undefined;
  for (const part of parts) {
    const access = accessOf(part);
    if (access !== undefined && (best === undefined || countTexts(access) < countTexts(best))) best = access;
  }
  return best;
}

function countTexts<Context>({ lookups }: Access<Context>): number {
  return lookups.reduce((sum, { texts }) => sum + texts.length, 0);
}

/** A test that can be looked up, or alternatives over one subject that all can. */
function accessOf<Context>(node: PlanNode<Context>): Access<Context> | undefined {
  if (node.kind === 'test') {
    const { subject, lookup } = node.predicate;
    if (node.isNegated || subject === undefined || lookup === undefined) return undefined;
    return { subject, lookups: [lookup] };
  }
  if (node.kind === 'and') return chooseAccess(node.children);
  if (node.kind !== 'or') return undefined;
  const alternatives = node.children.map(accessOf);
  const first = alternatives[0];
  if (first === undefined) return undefined;
  const lookups: Lookup[] = [];
  for (const access of alternatives) {
    if (access === undefined || access.subject.key !== first.subject.key) return undefined;
    lookups.push(...access.lookups);
  }
  return { subject: first.subject, lookups };
}
