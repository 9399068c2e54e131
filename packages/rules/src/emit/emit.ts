import type { Candidate } from '../plan/candidate.ts';
import type { PlanNode } from '../plan/node.ts';
import type { Predicate } from '../plan/predicate.ts';

/**
 * Asks the event parts of a slot's open candidates of the event that the context is about.
 * @param openBits positions of the candidates to ask, as a set.
 * @param matches receives the rules that match, from index `count` on, in no particular order.
 * @returns the new count.
 */
export type SlotMatcher<Context> = (
  context: Context,
  openBits: Uint32Array,
  matches: Int32Array,
  count: number,
) => number;

/** Tests that cost less than this (nanoseconds) are asked again rather than remembered. */
const WORTH_REMEMBERING = 12;

/**
 * Writes a slot's candidates as one JavaScript function: parts that several candidates share are asked once, as the
 * condition of a block around the rest. The text holds nothing from rule files but numbers: predicates come in
 * through an array, by index.
 */
export function emitSlotMatcher<Context>(candidates: readonly Candidate<Context>[]): SlotMatcher<Context> {
  const source = emitSlotSource(candidates);
  const create = new Function('tests', source.text) as (
    tests: readonly ((context: Context) => boolean)[],
  ) => SlotMatcher<Context>;
  return create(source.predicates.map(({ holds }) => holds));
}

/** The text of the function's maker, and the predicates that it expects, in order. For tests and for the curious. */
export function emitSlotSource<Context>(candidates: readonly Candidate<Context>[]): {
  readonly text: string;
  readonly predicates: readonly Predicate<Context>[];
} {
  const predicates = new Map<Predicate<Context>, number>();
  const uses = countUses(candidates);
  const remembered = new Set<number>();

  function emitTest(predicate: Predicate<Context>): string {
    let index = predicates.get(predicate);
    if (index === undefined) {
      index = predicates.size;
      predicates.set(predicate, index);
    }
    if ((uses.get(predicate) ?? 0) < 2 || predicate.cost < WORTH_REMEMBERING) return `t${index}(context)`;
    remembered.add(index);
    return `(v${index} || (v${index} = t${index}(context) ? 1 : 2)) === 1`;
  }

  function emitNode(node: PlanNode<Context>): string {
    switch (node.kind) {
      case 'constant':
        return String(node.value);
      case 'test':
        return node.isNegated ? `!(${emitTest(node.predicate)})` : `(${emitTest(node.predicate)})`;
      default:
        return `(${cheapestFirst(node.children)
          .map(emitNode)
          .join(node.kind === 'and' ? ' && ' : ' || ')})`;
    }
  }

  function emitBlock(items: readonly Item<Context>[], indent: string): string {
    if (items.length === 0) return '';
    const shared = items.length > 1 ? mostShared(items) : undefined;
    if (shared === undefined) return items.map((item) => emitItem(item, indent)).join('');
    const inside = items.filter(({ parts }) => parts.includes(shared));
    const outside = items.filter(({ parts }) => !parts.includes(shared));
    const rest = inside.map(({ position, rule, parts }) => ({
      position,
      rule,
      parts: parts.filter((part) => part !== shared),
    }));
    return (
      `${indent}if (${emitOpen(inside)} && ${emitNode(shared)}) {\n` +
      `${emitBlock(rest, `${indent}  `)}${indent}}\n` +
      emitBlock(outside, indent)
    );
  }

  function emitItem({ position, rule, parts }: Item<Context>, indent: string): string {
    const conditions = [emitOpen([{ position, rule, parts }]), ...cheapestFirst(parts).map(emitNode)];
    return `${indent}if (${conditions.join(' && ')}) matches[count++] = ${rule};\n`;
  }

  const items = candidates.map(({ rule, eventParts }, position) => ({ position, rule, parts: eventParts }));
  const body = emitBlock(
    items.filter(({ parts }) => parts.length > 0),
    '  ',
  );
  const constants = [...predicates.values()].map((index) => `const t${index} = tests[${index}];\n`).join('');
  const variables = [...remembered].map((index) => `  let v${index} = 0;\n`).join('');
  return {
    text: `${constants}return function (context, open, matches, count) {\n${variables}${body}  return count;\n};`,
    predicates: [...predicates.keys()],
  };
}

interface Item<Context> {
  readonly position: number;
  readonly rule: number;
  readonly parts: readonly PlanNode<Context>[];
}

/** Whether any of the items is open, as an expression. */
function emitOpen<Context>(items: readonly Item<Context>[]): string {
  const masks = new Map<number, number>();
  for (const { position } of items) {
    masks.set(position >>> 5, (masks.get(position >>> 5) ?? 0) | (1 << (position & 31)));
  }
  const words = [...masks].map(([word, mask]) => `(open[${word}] & ${mask})`);
  return words.length === 1 ? `${words[0]} !== 0` : `(${words.join(' | ')}) !== 0`;
}

/** The part that most items have in common, the cheaper of equals; undefined where no two share one. */
function mostShared<Context>(items: readonly Item<Context>[]): PlanNode<Context> | undefined {
  const counts = new Map<PlanNode<Context>, number>();
  for (const { parts } of items) for (const part of parts) counts.set(part, (counts.get(part) ?? 0) + 1);
  let best: PlanNode<Context> | undefined;
  let bestCount = 1;
  for (const [part, count] of counts) {
    if (count > bestCount || (count === bestCount && best !== undefined && costOf(part) < costOf(best))) {
      best = part;
      bestCount = count;
    }
  }
  return best;
}

/** How often each predicate is written in the candidates' event parts, shared parts counted once. */
function countUses<Context>(candidates: readonly Candidate<Context>[]): Map<Predicate<Context>, number> {
  const uses = new Map<Predicate<Context>, number>();
  const seen = new Set<PlanNode<Context>>();
  function visit(node: PlanNode<Context>): void {
    if (node.kind === 'constant') return;
    if (node.kind === 'test') uses.set(node.predicate, (uses.get(node.predicate) ?? 0) + 1);
    else if (!seen.has(node)) {
      seen.add(node);
      node.children.forEach(visit);
    }
  }
  for (const { eventParts } of candidates) eventParts.forEach(visit);
  return uses;
}

export function cheapestFirst<Context>(nodes: readonly PlanNode<Context>[]): readonly PlanNode<Context>[] {
  return [...nodes].sort((left, right) => costOf(left) - costOf(right));
}

function costOf<Context>(node: PlanNode<Context>): number {
  if (node.kind === 'constant') return 0;
  if (node.kind === 'test') return node.predicate.cost;
  return node.children.reduce((sum, child) => sum + costOf(child), 0);
}
