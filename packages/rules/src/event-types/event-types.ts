import type { EventTypeNames } from '../catalogue/catalogue.ts';
import { canonicalText } from '../condition/text.ts';
import type {
  AndNode,
  ComparisonNode,
  Condition,
  OrNode,
  RightHandSide,
  TransformerArgument,
} from '../condition/tree.ts';
import { bindError } from '../evaluate/errors.ts';
import { parseInteger } from '../value/integers.ts';

/** The numbers to choose from, and what a name in `evt.type = name` stands for. */
export interface CodeUniverse {
  readonly all: readonly number[];
  codes(name: string): readonly number[] | undefined;
}

/** Event types of a catalogue. */
export function eventTypeUniverse(names: EventTypeNames): CodeUniverse {
  return { all: names.allEventTypes, codes: (name) => names.eventTypes(name) };
}

/** System calls of a catalogue. */
export function syscallUniverse(names: EventTypeNames): CodeUniverse {
  return { all: names.allSyscalls, codes: (name) => names.syscalls(name) };
}

/**
 * The codes (event types or system calls) that a condition can hold for at all; never too few (libs,
 * filter/ppm_codes.cpp). Checks of `evt.type` and `syscall.type` select, `evt.num` is known to start at 1,
 * every other check holds for any code, negated or not.
 * @param condition its macros resolved; a macro that is left counts as any other check.
 * @throws TYPE_TRANSFORMED or TYPE_COMPARED_WITH_FIELD, as no set can be told then.
 */
export function matchingCodes(condition: Condition, universe: CodeUniverse): ReadonlySet<number> {
  return search(condition, false, { universe, all: setOf(universe.all) });
}

const knownSets = new WeakMap<readonly number[], ReadonlySet<number>>();

/** All codes as a set, made once for each universe. */
function setOf(codes: readonly number[]): ReadonlySet<number> {
  let set = knownSets.get(codes);
  if (set === undefined) {
    set = new Set(codes);
    knownSets.set(codes, set);
  }
  return set;
}

interface Search {
  readonly universe: CodeUniverse;
  readonly all: ReadonlySet<number>;
}

/** Negation is pushed down to the checks, since it must leave those alone that select nothing. */
function search(condition: Condition, isNegated: boolean, run: Search): ReadonlySet<number> {
  switch (condition.kind) {
    case 'and':
      return junction(condition, isNegated, isNegated, run);
    case 'or':
      return junction(condition, isNegated, !isNegated, run);
    case 'not':
      return search(condition.child, !isNegated, run);
    case 'reference':
      return run.all;
    case 'exists':
      refuseTransformedType(condition.left);
      return isNegated && isTypeField(condition.left) ? new Set() : run.all;
    case 'comparison':
      return comparison(condition, isNegated, run);
  }
}

function junction(
  node: AndNode | OrNode,
  isNegated: boolean,
  isUnion: boolean,
  run: Search,
): ReadonlySet<number> {
  // Nearly every part leaves all codes open: sets are made for the few that don't.
  const parts = node.children.map((child) => search(child, isNegated, run));
  if (isUnion) return parts.includes(run.all) ? run.all : new Set(parts.flatMap((codes) => [...codes]));
  const selecting = parts.filter((codes) => codes !== run.all);
  if (selecting.length <= 1) return selecting[0] ?? run.all;
  return keep(run.all, (code) => selecting.every((codes) => codes.has(code)));
}

function keep(codes: ReadonlySet<number>, isKept: (code: number) => boolean): ReadonlySet<number> {
  return new Set([...codes].filter(isKept));
}

function comparison(node: ComparisonNode, isNegated: boolean, run: Search): ReadonlySet<number> {
  const known = verdictOnEventNumber(node);
  if (known !== undefined) return known !== isNegated ? run.all : new Set();
  const { operator } = node;
  const selects = node.quantifier === undefined && ['=', '==', '!=', 'in'].includes(operator);
  if (!selects) return run.all;
  refuseTransformedType(node.left);
  if (!isTypeField(node.left)) return run.all;
  const codes = codesOfNames(node.right, run);
  return (operator === '!=') !== isNegated ? keep(run.all, (code) => !codes.has(code)) : codes;
}

function codesOfNames(right: RightHandSide, run: Search): ReadonlySet<number> {
  if (right.kind === 'value') return new Set(run.universe.codes(right.value));
  if (right.kind === 'list') {
    return new Set(right.items.flatMap((item) => run.universe.codes(item.value) ?? []));
  }
  throw bindError('TYPE_COMPARED_WITH_FIELD', right.position, { text: canonicalText(right) });
}

function isTypeField(node: TransformerArgument | undefined): boolean {
  if (node?.kind !== 'field' || node.argument !== undefined) return false;
  return node.name === 'evt.type' || node.name === 'syscall.type';
}

/** In a list of a transformer only the last item counts: of the others Falco has forgotten that they were the type. */
function refuseTransformedType(node: TransformerArgument): void {
  if (node.kind !== 'transformer') return;
  for (const operand of node.operands) {
    const items = operand.kind === 'transformer-list' ? operand.items : [operand];
    for (const item of items) refuseTransformedType(item);
    if (isTypeField(items.at(-1))) {
      throw bindError('TYPE_TRANSFORMED', node.position, {
        text: canonicalText(node),
        transformer: node.name,
      });
    }
  }
}

/** Whether a check of `evt.num` holds for every event (true), for none (false), or depends (undefined). */
function verdictOnEventNumber(node: ComparisonNode): boolean | undefined {
  const { left, right, operator } = node;
  if (left.kind !== 'field' || left.name !== 'evt.num' || left.argument !== undefined) return undefined;
  if (node.quantifier !== undefined) return undefined;
  const read = (text: string) => parseInteger(text, { bits: 64, isSigned: false });
  if (operator === 'in') {
    if (right.kind !== 'list') return undefined;
    return right.items.every((item) => read(item.value) === 0) ? false : undefined;
  }
  const number = right.kind === 'value' ? read(right.value) : undefined;
  if (number === undefined) return undefined;
  switch (operator) {
    case '=':
    case '==':
    case '<=':
      return number === 0 ? false : undefined;
    case '!=':
    case '>':
      return number === 0 ? true : undefined;
    case '<':
      return number <= 1 ? false : undefined;
    case '>=':
      return number <= 1 ? true : undefined;
    default:
      return undefined;
  }
}
