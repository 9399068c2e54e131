import { createBits, setBit } from '../plan/bits.ts';
import type { Candidate } from '../plan/candidate.ts';
import type { PlanNode } from '../plan/node.ts';
import type { Predicate } from '../plan/predicate.ts';
import { relax } from '../plan/relax.ts';
import { emitListMatcher } from './emit.ts';

/** More lists than this and the function outgrows what V8 optimises. */
const LISTS_AT_MOST = 96;

/**
 * What the descriptor that an event is about rules out before the rest of the event is looked at. Candidates that ask the
 * same of the descriptor, as copies of a rule do, are one list.
 */
export interface DescriptorCheck<Context> {
  /**
   * The lists of open candidates, as a set.
   * @returns undefined where one of them can match whatever the descriptor is.
   */
  listsOf(open: Int32Array): Uint32Array | undefined;
  /** Whether the descriptor that the context shows leaves a candidate of one of the lists. */
  leavesAny(context: Context, lists: Uint32Array): boolean;
}

/** @param candidates the slot's own. */
export function createDescriptorCheck<Context>(
  candidates: readonly Candidate<Context>[],
): DescriptorCheck<Context> {
  const lists: (readonly PlanNode<Context>[])[] = [];
  const numberByKey = new Map<string, number>();
  const needs = new Map<PlanNode<Context>, PlanNode<Context> | undefined>();
  const needByText = new Map<string, PlanNode<Context>>();

  function needOf(part: PlanNode<Context>): PlanNode<Context> | undefined {
    if (!needs.has(part)) {
      const need = relax(part, isOfDescriptor);
      // One object for what comes down to the same: the writer tells them apart by that.
      const text = need === undefined ? '' : textOf(need);
      const known = needByText.get(text) ?? need;
      needs.set(part, known);
      if (known !== undefined) needByText.set(text, known);
    }
    return needs.get(part);
  }

  function listNumberOf({ eventParts }: Candidate<Context>): number | undefined {
    const needed = [...new Set(eventParts.map(needOf))].filter((part) => part !== undefined);
    if (needed.length === 0) return undefined;
    const key = needed.map(textOf).join();
    const known = numberByKey.get(key);
    if (known !== undefined || lists.length >= LISTS_AT_MOST) return known;
    const number = lists.push(needed) - 1;
    numberByKey.set(key, number);
    return number;
  }

  const numbers = candidates.map(listNumberOf);
  return {
    listsOf(open) {
      const found = createBits(lists.length);
      for (const position of open) {
        const number = numbers[position];
        if (number === undefined) return undefined;
        setBit(found, number);
      }
      return found;
    },
    leavesAny: emitListMatcher(lists),
  };
}

function textOf<Context>(node: PlanNode<Context>): string {
  if (node.kind === 'constant') return String(node.value);
  if (node.kind === 'test') return `${node.isNegated ? '!' : ''}${node.predicate.id}`;
  return `${node.kind}(${node.children.map(textOf).join()})`;
}

function isOfDescriptor<Context>({ lifetime }: Predicate<Context>): boolean {
  return lifetime === 'descriptor';
}
