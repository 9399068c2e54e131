import type { Candidate } from '../plan/candidate.ts';
import type { PlanNode } from '../plan/node.ts';
import type { DirectRelation, DirectTest, Predicate, RuledOut } from '../plan/predicate.ts';
import { costOf, soonestDecided } from './order.ts';
import { createTextsTest } from './texts-test.ts';

/**
 * Asks the event parts of a slot's open candidates of the event that the context is about.
 * @param openBits positions of the candidates to ask, as a set.
 * @param open the same positions, in order.
 * @param matches receives the rules that match, from index `count` on, in no particular order.
 * @returns the new count.
 */
export type SlotMatcher<Context> = (
  context: Context,
  openBits: Uint32Array,
  matches: Int32Array,
  count: number,
  open: Int32Array,
) => number;

/** Tests that cost less than this (nanoseconds) are asked again rather than remembered. */
const WORTH_REMEMBERING = 12;

/**
 * Writes a slot's candidates as one JavaScript function: parts that several candidates share are asked once, as the
 * condition of a block around the rest. The text holds nothing from rule files but numbers: predicates come in
 * through an array, by index.
 * @param positions of the candidates to write, all unless given; the others are somebody else's to ask.
 */
export function emitSlotMatcher<Context>(
  candidates: readonly Candidate<Context>[],
  positions: Iterable<number> = candidates.keys(),
): SlotMatcher<Context> {
  const { text, tests, reads, constants } = emitSlotSource(candidates, positions);
  return new Function('tests', 'reads', 'constants', text)(tests, reads, constants) as SlotMatcher<Context>;
}

/** The text of a function's maker, and what the maker is called with. */
export interface SlotSource<Context> {
  readonly text: string;
  readonly tests: readonly ((context: Context) => boolean)[];
  readonly reads: readonly ((context: Context) => unknown)[];
  readonly constants: readonly unknown[];
}

/** Writes the text, for the matcher, for tests and for the curious. */
function emitSlotSource<Context>(
  candidates: readonly Candidate<Context>[],
  positions: Iterable<number> = candidates.keys(),
): SlotSource<Context> {
  const items = Array.from(positions, (position) => {
    const { rule, eventParts } = candidates[position]!;
    return { position, found: `matches[count++] = ${rule}`, parts: eventParts };
  }).filter(({ parts }) => parts.length > 0);
  return emitSource(items, 'context, open, matches, count', 'count');
}

/** Whether the parts of one of those lists that `open` has the index of all hold. */
export type ListMatcher<Context> = (context: Context, open: Uint32Array) => boolean;

/** Writes lists of parts, each of them at least one, as one JavaScript function. */
export function emitListMatcher<Context>(
  lists: readonly (readonly PlanNode<Context>[])[],
): ListMatcher<Context> {
  const items = lists.map((parts, position) => ({ position, found: 'return true', parts }));
  const { text, tests, reads, constants } = emitSource(items, 'context, open', 'false');
  return new Function('tests', 'reads', 'constants', text)(tests, reads, constants) as ListMatcher<Context>;
}

/** @param parameters names of the function's parameters. @param result what it returns when all items were asked. */
function emitSource<Context>(
  items: readonly Item<Context>[],
  parameters: string,
  result: string,
): SlotSource<Context> {
  const uses = countUses(items);
  const tests = createNumbering<Predicate<Context>>('t');
  const remembered = new Set<string>();
  const reads = createNumbering<string>('x');
  const readers: ((context: Context) => unknown)[] = [];
  const constants = createNumbering<Constant<Context>>('k');

  /** Reads a value; one that several tests need is kept. */
  function emitRead({ key, read }: DirectTest<Context>): string {
    const { name, isNew } = reads.nameOf(key);
    if (isNew) readers.push(read);
    if (!isShared(key)) return `${name}(context)`;
    const value = `r${name}`;
    remembered.add(`  let ${value}, is${value} = false;\n`);
    return `(is${value} ? ${value} : (is${value} = true, ${value} = ${name}(context)))`;
  }

  function emitDirect(predicate: Predicate<Context>, direct: DirectTest<Context>): string {
    const value = emitRead(direct);
    if (direct.relation === 'exists') return `${value} !== undefined`;
    const constant = constants.nameOf(predicate).name;
    switch (direct.relation) {
      case 'has':
        return (
          emitRuledOut(predicate, direct) +
          emitMember(value, constant, direct.constant as ReadonlySet<unknown>)
        );
      case '===':
        return `${emitRuledOut(predicate, direct)}${value} === ${constant}`;
      case '!==':
        return `((u = ${value}) !== undefined && u !== ${constant})`;
      case 'startsWith':
      case 'endsWith':
        return emitEdge(value, constant, direct);
      case 'includes':
        return `((u = ${value}) !== undefined && u.${direct.relation}(${constant}))`;
      default:
        // Nothing is less or greater than undefined, and no constant equals it.
        return `${value} ${direct.relation} ${constant}`;
    }
  }

  /** The look that comes before reading a value, unless that was read already. */
  function emitRuledOut({ ruledOut }: Predicate<Context>, { key }: DirectTest<Context>): string {
    if (ruledOut?.look === undefined) return '';
    const { name } = constants.nameOf(ruledOut);
    return isShared(key)
      ? `(isr${reads.nameOf(key).name} || !${name}(context)) && `
      : `!${name}(context) && `;
  }

  /** Texts that start alike: one or two characters tell sooner than a look-up that a value is none of them. */
  function emitMember(value: string, constant: string, members: ReadonlySet<unknown>): string {
    const start = commonStart(members);
    if (start.length < 2) return `${constant}.has(${value})`;
    const places = new Set([1, start.length - 1]);
    const looks = [...places]
      .map((place) => `u.charCodeAt(${place}) === ${start.charCodeAt(place)}`)
      .join(' && ');
    return `((u = ${value}) !== undefined && u.length >= ${start.length} && ${looks} && ${constant}.has(u))`;
  }

  function isShared(key: string): boolean {
    return (uses.reads.get(key) ?? 0) >= 2;
  }

  /**
   * Looking at one character first spares most calls: of the texts that share the first, few share the last as well.
   * Looking beyond the text's end would give the function up for slower code, once for each such place in it.
   */
  function emitEdge(
    value: string,
    constant: string,
    { relation, constant: text }: DirectTest<Context>,
  ): string {
    const { length } = text as string;
    const call = `u.${relation}(${constant})`;
    if (length === 0) return `((u = ${value}) !== undefined)`;
    const place = relation === 'startsWith' ? String(length - 1) : `u.length - ${length}`;
    const code = (text as string).charCodeAt(relation === 'startsWith' ? length - 1 : 0);
    return `((u = ${value}) !== undefined && u.length >= ${length} && u.charCodeAt(${place}) === ${code} && ${call})`;
  }

  function emitTest(predicate: Predicate<Context>): string {
    const { direct } = predicate;
    const test =
      direct === undefined ? `${tests.nameOf(predicate).name}(context)` : emitDirect(predicate, direct);
    if (!isRemembered(predicate)) return test;
    const verdict = `v${predicate.id}`;
    remembered.add(`  let ${verdict} = 0;\n`);
    return `(${verdict} || (${verdict} = ${test} ? 1 : 2)) === 1`;
  }

  function emitNode(node: PlanNode<Context>): string {
    switch (node.kind) {
      case 'constant':
        return String(node.value);
      case 'test':
        return node.isNegated ? `!(${emitTest(node.predicate)})` : `(${emitTest(node.predicate)})`;
      default: {
        const children = soonestDecided(node.kind, node.children);
        return `(${emitChildren(node.kind, children).join(node.kind === 'and' ? ' && ' : ' || ')})`;
      }
    }
  }

  /**
   * Children that look for texts in one value are one call: written out, each would be a place that hardly ever runs, and the
   * function would grow so long that V8 takes it for seldom used, and throws it away whenever one of them first runs.
   */
  function emitChildren(kind: 'and' | 'or', children: readonly PlanNode<Context>[]): string[] {
    const isNegated = kind === 'and';
    const byKey = Map.groupBy(children.filter(isSoughtIn), (child) =>
      isMerged(child, isNegated) ? child.predicate.direct!.key : undefined,
    );
    const written = new Set<string>();
    return children.flatMap((child) => {
      if (!isSoughtIn(child) || !isMerged(child, isNegated)) return [emitNode(child)];
      const direct = child.predicate.direct!;
      const together = byKey.get(direct.key)!;
      if (together.length === 1) return [emitNode(child)];
      if (written.has(direct.key)) return [];
      written.add(direct.key);
      const { name } = constants.nameOf({ sought: together.map(({ predicate }) => predicate.direct!) });
      return [`${isNegated ? '!' : ''}${name}(${emitRead(direct)})`];
    });
  }

  function isMerged({ predicate, isNegated }: TestNode<Context>, wantsNegated: boolean): boolean {
    return isNegated === wantsNegated && !isRemembered(predicate);
  }

  function isRemembered(predicate: Predicate<Context>): boolean {
    return (uses.tests.get(predicate) ?? 0) >= 2 && predicate.cost >= WORTH_REMEMBERING;
  }

  function emitBlock(items: readonly Item<Context>[], indent: string): string {
    if (items.length === 0) return '';
    const shared = items.length > 1 ? mostShared(items) : undefined;
    if (shared === undefined) return items.map((item) => emitItem(item, indent)).join('');
    const inside = items.filter(({ parts }) => parts.includes(shared));
    const outside = items.filter(({ parts }) => !parts.includes(shared));
    const rest = inside.map(({ position, found, parts }) => ({
      position,
      found,
      parts: parts.filter((part) => part !== shared),
    }));
    return (
      `${indent}if (${emitOpen(inside)} && ${emitNode(shared)}) {\n` +
      `${emitBlock(rest, `${indent}  `)}${indent}}\n` +
      emitBlock(outside, indent)
    );
  }

  function emitItem(item: Item<Context>, indent: string): string {
    const conditions = [emitOpen([item]), ...emitChildren('and', soonestDecided('and', item.parts))];
    return `${indent}if (${conditions.join(' && ')}) ${item.found};\n`;
  }

  const body = emitBlock(items, '  ');
  const names = tests.declare('tests') + reads.declare('reads') + constants.declare('constants');
  return {
    text: `${names}return function (${parameters}) {\n  let u;\n${[...remembered].join('')}${body}  return ${result};\n};`,
    tests: tests.all.map(({ holds }) => holds),
    reads: readers,
    constants: constants.all.map((one) => {
      if ('sought' in one) return createTextsTest(one.sought);
      return 'look' in one ? one.look : one.direct?.constant;
    }),
  };
}

/** What a function is given besides tests and readers: a predicate's constant, a test for texts sought together, a look. */
type Constant<Context> =
  | Predicate<Context>
  | { readonly sought: readonly DirectTest<Context>[] }
  | RuledOut<Context>;

/** What all of them start with; nothing where they are not all texts. */
function commonStart(members: ReadonlySet<unknown>): string {
  let start: string | undefined;
  for (const member of members) {
    if (typeof member !== 'string') return '';
    start ??= member;
    while (!member.startsWith(start)) start = start.slice(0, -1);
  }
  return start ?? '';
}

type TestNode<Context> = Extract<PlanNode<Context>, { kind: 'test' }>;

const seekingRelations: ReadonlySet<DirectRelation> = new Set(['startsWith', 'endsWith', 'includes']);

function isSoughtIn<Context>(node: PlanNode<Context>): node is TestNode<Context> {
  return node.kind === 'test' && seekingRelations.has(node.predicate.direct?.relation as DirectRelation);
}

/** Names for things, by number in the order in which they are first asked for. */
interface Numbering<Thing> {
  readonly all: readonly Thing[];
  nameOf(thing: Thing): { readonly name: string; readonly isNew: boolean };
  /** JavaScript that gives each name the entry of `array` with its number. */
  declare(array: string): string;
}

function createNumbering<Thing>(prefix: string): Numbering<Thing> {
  const numbers = new Map<Thing, number>();
  const all: Thing[] = [];
  return {
    all,
    nameOf(thing) {
      const known = numbers.get(thing);
      if (known !== undefined) return { name: `${prefix}${known}`, isNew: false };
      const number = all.push(thing) - 1;
      numbers.set(thing, number);
      return { name: `${prefix}${number}`, isNew: true };
    },
    declare: (array) => all.map((_, number) => `const ${prefix}${number} = ${array}[${number}];\n`).join(''),
  };
}

interface Item<Context> {
  readonly position: number;
  /** The statement to run where all parts hold. */
  readonly found: string;
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

/** How often each test is written in the items' parts, and each value read, shared parts counted once. */
function countUses<Context>(items: readonly Item<Context>[]): {
  readonly tests: ReadonlyMap<Predicate<Context>, number>;
  readonly reads: ReadonlyMap<string, number>;
} {
  const tests = new Map<Predicate<Context>, number>();
  const reads = new Map<string, number>();
  const seen = new Set<PlanNode<Context>>();
  function visit(node: PlanNode<Context>): void {
    if (node.kind === 'constant') return;
    if (node.kind === 'test') {
      const { predicate } = node;
      tests.set(predicate, (tests.get(predicate) ?? 0) + 1);
      if (predicate.direct !== undefined) {
        reads.set(predicate.direct.key, (reads.get(predicate.direct.key) ?? 0) + 1);
      }
    } else if (!seen.has(node)) {
      seen.add(node);
      node.children.forEach(visit);
    }
  }
  for (const { parts } of items) parts.forEach(visit);
  return { tests, reads };
}
