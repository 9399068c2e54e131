import { conditionErrors } from './errors.ts';
import { enter } from './nesting.ts';
import { parseCheck } from './parse-check.ts';
import {
  createScanner,
  fail,
  isAtEnd,
  type ParseOptions,
  positionOf,
  type Scanner,
  takeBlanks,
  takePattern,
  takeText,
} from './scanner.ts';
import type { Condition, Position } from './tree.ts';

/**
 * Parses a condition. The grammar and the places in the tree are Falco's (libs, filter/parser.cpp); what is nested is
 * kept in a list of its own rather than on the stack, which hostile text could exhaust.
 * @param text the condition as written in the rule file.
 * @throws one of conditionErrors, with the place and the offending text in its details.
 */
export function parseCondition(text: string, options?: ParseOptions): Condition {
  if (text === '')
    throw conditionErrors.create('CONDITION_EMPTY', { index: 0, line: 1, column: 1, text: '' });
  const scanner = createScanner(text, 0, options);
  const condition = parseJunctions(scanner);
  if (!isAtEnd(scanner)) fail(scanner, 'CONDITION_CONTINUES', { after: scanner.token });
  return condition;
}

/** The whole condition, or what stands between two parentheses, as far as it is read. */
interface Level {
  readonly outer: Level | undefined;
  /** What the parenthesis is to the level around it: see `Role`. */
  readonly role: Role;
  /** How many productions of the grammar are around it. */
  readonly depth: number;
  readonly position: Position;
  /** What stands in front of the `or` read last; undefined before the first. */
  alternatives: Condition[] | undefined;
  /** Of the alternative at hand: where it begins, and what stands in front of the `and` read last. */
  andPosition: Position;
  parts: Condition[] | undefined;
  /** Of the part at hand: where it begins, `not` included, and whether `not` stands there. */
  notPosition: Position;
  isNegated: boolean;
}

/** `(` where a check could stand is one, to be negated or not; `and(` is a part as it is, `or(` an alternative. */
type Role = 'check' | 'part' | 'alternative';

/** How many productions inside its level each production is: Falco's `or` holds `and`, that `not`, that a check. */
const inside = { or: 1, and: 2, not: 3, check: 4 } as const;

function parseJunctions(scanner: Scanner): Condition {
  let level = openLevel(scanner, undefined, 'check', 0);
  for (;;) {
    const check = parseNegatable(scanner, level);
    const next =
      typeof check === 'number' ? openLevel(scanner, level, 'check', check) : join(scanner, level, check);
    if ('kind' in next) return next;
    level = next;
  }
}

function openLevel(scanner: Scanner, outer: Level | undefined, role: Role, depth: number): Level {
  if (outer !== undefined) {
    enter(scanner, depth);
    takeBlanks(scanner);
  }
  enter(scanner, depth + inside.or);
  const position = positionOf(scanner);
  takeBlanks(scanner);
  const level: Level = {
    outer,
    role,
    depth,
    position,
    alternatives: undefined,
    andPosition: position,
    parts: undefined,
    notPosition: position,
    isNegated: false,
  };
  beginAlternative(scanner, level);
  return level;
}

function beginAlternative(scanner: Scanner, level: Level): void {
  enter(scanner, level.depth + inside.and);
  level.andPosition = positionOf(scanner);
  level.parts = undefined;
}

/** Reads a check with the `not`s in front. @returns the depth of what a parenthesis opens, where one stands there. */
function parseNegatable(scanner: Scanner, level: Level): Condition | number {
  enter(scanner, level.depth + inside.not);
  level.notPosition = positionOf(scanner);
  takeBlanks(scanner);
  level.isNegated = false;
  while (takePattern(scanner, 'not')) level.isNegated = !level.isNegated;
  if (takeText(scanner, 'not(')) {
    level.isNegated = !level.isNegated;
    return level.depth + inside.not + 1;
  }
  enter(scanner, level.depth + inside.check);
  takeBlanks(scanner);
  const position = positionOf(scanner);
  if (takeText(scanner, '(')) return level.depth + inside.check + 1;
  return parseCheck(scanner, position);
}

/**
 * Joins what was read to what stands in front of it, and closes the levels that end there.
 * @returns the level to go on with, in which a part is to be read next, or the condition when the text's own level ended.
 */
function join(scanner: Scanner, from: Level, read: Condition): Level | Condition {
  let level = from;
  let condition = read;
  let role: Role = 'check';
  for (;;) {
    if (role === 'check' && level.isNegated) {
      condition = { kind: 'not', child: condition, position: level.notPosition, end: scanner.tokenEnd };
    }
    takeBlanks(scanner);
    if (role !== 'alternative') {
      if (takeText(scanner, 'and')) {
        level.parts = appended(level.parts, condition);
        if (takeBlanks(scanner)) return level;
        return openBehindWord(scanner, level, 'part', level.depth + inside.and);
      }
      condition = joined('and', level.parts, condition, level.andPosition, scanner);
      takeBlanks(scanner);
    }
    if (takeText(scanner, 'or')) {
      level.alternatives = appended(level.alternatives, condition);
      if (!takeBlanks(scanner)) return openBehindWord(scanner, level, 'alternative', level.depth + inside.or);
      beginAlternative(scanner, level);
      return level;
    }
    condition = joined('or', level.alternatives, condition, level.position, scanner);
    if (level.outer === undefined) return condition;
    takeBlanks(scanner);
    if (!takeText(scanner, ')')) fail(scanner, 'CONDITION_PARENTHESIS_MISSING');
    ({ role } = level);
    level = level.outer;
  }
}

/** A parenthesis right behind `and` or `or`. @param depth of the production that the word belongs to. */
function openBehindWord(scanner: Scanner, level: Level, role: Role, depth: number): Level {
  const after = scanner.token;
  if (!takeText(scanner, '(')) fail(scanner, 'CONDITION_BLANK_MISSING', { after });
  return openLevel(scanner, level, role, depth + 1);
}

function appended(list: Condition[] | undefined, condition: Condition): Condition[] {
  if (list === undefined) return [condition];
  list.push(condition);
  return list;
}

function joined(
  kind: 'and' | 'or',
  before: Condition[] | undefined,
  last: Condition,
  position: Position,
  { tokenEnd }: Scanner,
): Condition {
  // A list that grew has room to grow on: a new one has none.
  return before === undefined ? last : { kind, children: [...before, last], position, end: tokenEnd };
}
