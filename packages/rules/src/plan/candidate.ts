import { conjunctsOf, type NodeTable, type PlanNode, specialise } from './node.ts';
import type { Predicate } from './predicate.ts';

/** What planning needs of a rule. */
export interface PlannedRule<Context> {
  readonly condition: PlanNode<Context>;
  /** The event types that the condition can match at all. */
  readonly eventTypes: readonly number[];
}

/**
 * A rule as it stands for events of certain types: what their type decides is decided, and what is left is split
 * into the parts that hold for a process's generation and the parts to ask of each event. All parts have to hold.
 */
export interface Candidate<Context> {
  /** Index of the candidate among all candidates of the plan. */
  readonly id: number;
  /** Index of the rule in the rule set: the order in which matches are reported. */
  readonly rule: number;
  readonly scopeParts: readonly PlanNode<Context>[];
  /** Those that rest on the event's descriptor alone are among them. */
  readonly eventParts: readonly PlanNode<Context>[];
}

/** All candidates, and by event type those to consider, in the order of their rules. */
export interface Candidates<Context> {
  readonly all: readonly Candidate<Context>[];
  readonly byEventType: ReadonlyMap<number, readonly Candidate<Context>[]>;
}

/**
 * Specialises each rule for each event type that it can match. Types for which nothing differs share a candidate.
 * @param typePredicates the predicates that an event's type can decide.
 */
export function listCandidates<Context>(
  rules: readonly PlannedRule<Context>[],
  typePredicates: readonly Predicate<Context>[],
  table: NodeTable<Context>,
): Candidates<Context> {
  const all: Candidate<Context>[] = [];
  const byEventType = new Map<number, Candidate<Context>[]>();
  const memos = new Map<string, Map<PlanNode<Context>, PlanNode<Context>>>();
  const memoByType = new Map<number, Map<PlanNode<Context>, PlanNode<Context>>>();
  const verdictsForType = new Set(typePredicates.map(({ verdictForType }) => verdictForType));

  /** Types that decide every predicate alike share one memo. */
  function memoOf(eventType: number): Map<PlanNode<Context>, PlanNode<Context>> {
    let memo = memoByType.get(eventType);
    if (memo === undefined) {
      const key = Array.from(verdictsForType, (verdictFor) => verdictLetter(verdictFor?.(eventType))).join(
        '',
      );
      memo = memos.get(key) ?? new Map();
      memos.set(key, memo);
      memoByType.set(eventType, memo);
    }
    return memo;
  }

  rules.forEach(({ condition, eventTypes }, rule) => {
    /** By what the types leave of the condition. */
    const known = new Map<PlanNode<Context>, Candidate<Context>>();
    for (const eventType of eventTypes) {
      const node = specialise(condition, eventType, table, memoOf(eventType));
      if (node.kind === 'constant' && !node.value) continue;
      let candidate = known.get(node);
      if (candidate === undefined) {
        // Copies have no room to grow on.
        const parts = conjunctsOf(node);
        candidate = {
          id: all.length,
          rule,
          scopeParts: parts.filter((part) => part.lifetime === 'scope').slice(),
          eventParts: parts.filter((part) => part.lifetime !== 'scope').slice(),
        };
        all.push(candidate);
        known.set(node, candidate);
      }
      const list = byEventType.get(eventType);
      if (list === undefined) byEventType.set(eventType, [candidate]);
      else list.push(candidate);
    }
  });
  return { all, byEventType };
}

function verdictLetter(verdict: boolean | undefined): string {
  return verdict === undefined ? '?' : verdict ? '1' : '0';
}
