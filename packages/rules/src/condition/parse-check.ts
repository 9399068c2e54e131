import { isSeawallError } from '@seawall/base';
import { nested } from './nesting.ts';
import { parseField, parseTransformer, takeTransformerName } from './parse-operand.ts';
import {
  fail,
  positionOf,
  restore,
  type Scanner,
  startsWithLetter,
  takeBlanks,
  takeOneOf,
  takeOneOfWithBlank,
  takePattern,
  takeQuoted,
  takeText,
  tokenBytes,
} from './scanner.ts';
import {
  allOperators,
  type ComparisonOperator,
  type Condition,
  type ListNode,
  listOperators,
  numberOperators,
  type Operand,
  type Position,
  type Quantifier,
  quantifiers,
  type RightHandSide,
  textOperators,
  transformerNames,
  type ValueNode,
} from './tree.ts';

/**
 * Parses one check, or the name of a macro; what joins checks is `parse.ts`'s.
 * @param position where it begins.
 */
export function parseCheck(scanner: Scanner, position: Position): Condition {
  if (takePattern(scanner, 'fieldName')) {
    return parseComparison(scanner, parseField(scanner, position), position);
  }
  const transformer = takeTransformerName(scanner);
  if (transformer !== undefined) {
    takeBlanks(scanner);
    return parseComparison(scanner, parseTransformer(scanner, transformer, position), position);
  }
  if (takePattern(scanner, 'identifier')) {
    return { kind: 'reference', name: scanner.share(scanner.token), position, end: scanner.tokenEnd };
  }
  return fail(scanner, 'CONDITION_CHECK_MISSING');
}

function parseComparison(scanner: Scanner, left: Operand, position: Position): Condition {
  return nested(scanner, readComparison, left, position);
}

function readComparison(scanner: Scanner, left: Operand, position: Position): Condition {
  takeBlanks(scanner);
  if (takeText(scanner, 'exists')) return { kind: 'exists', left, position, end: scanner.tokenEnd };

  const numberOperator = takeOneOf(scanner, numberOperators);
  if (numberOperator !== undefined) {
    return comparison(scanner, left, numberOperator, undefined, parseNumber(scanner), position);
  }

  const textOperator = takeOneOfWithBlank(scanner, textOperators);
  if (textOperator !== undefined) {
    const quantifier = takeQuantifier(scanner, textOperator);
    const right = quantifier === undefined ? parseText(scanner) : parseList(scanner, false);
    return comparison(scanner, left, textOperator, quantifier, right, position);
  }

  const listOperator = takeOneOf(scanner, listOperators);
  if (listOperator !== undefined) {
    return comparison(scanner, left, listOperator, undefined, parseList(scanner, true), position);
  }
  return fail(scanner, 'CONDITION_OPERATOR_MISSING', { operators: allOperators.join(', ') });
}

function comparison(
  scanner: Scanner,
  left: Operand,
  operator: ComparisonOperator,
  quantifier: Quantifier | undefined,
  right: RightHandSide,
  position: Position,
): Condition {
  return { kind: 'comparison', left, operator, quantifier, right, position, end: scanner.tokenEnd };
}

/**
 * Takes a quantifier, or nothing: `oneof` is an ordinary value unless a blank stands on both sides of it and a
 * list follows.
 */
function takeQuantifier(scanner: Scanner, operator: string): Quantifier | undefined {
  const hadBlank = startsWithLetter(operator) || takeBlanks(scanner);
  if (!hadBlank) return undefined;
  const saved = { ...scanner };
  const quantifier = takeOneOfWithBlank(scanner, quantifiers);
  if (quantifier !== undefined && listFollows(scanner) && !keywordFollows(scanner)) return quantifier;
  restore(scanner, saved);
  return undefined;
}

function listFollows(scanner: Scanner): boolean {
  return /[(a-zA-Z]/.test(scanner.text.charAt(scanner.index));
}

const keyword = /(?:and|or|not)(?![a-zA-Z0-9])/y;

function keywordFollows(scanner: Scanner): boolean {
  keyword.lastIndex = scanner.index;
  return keyword.test(scanner.text);
}

function parseNumber(scanner: Scanner): RightHandSide {
  return nested(scanner, readNumber);
}

function readNumber(scanner: Scanner): RightHandSide {
  takeBlanks(scanner);
  const position = positionOf(scanner);
  const operand = parseOperandToCompareWith(scanner);
  if (operand !== undefined) return operand;
  if (takePattern(scanner, 'hexNumber') || takePattern(scanner, 'number')) {
    return { kind: 'value', value: scanner.token, form: 'number', position, end: scanner.tokenEnd };
  }
  return fail(scanner, 'CONDITION_NUMBER_MISSING', { transformers: transformerNames.join(', ') });
}

function parseText(scanner: Scanner): RightHandSide {
  return nested(scanner, readText);
}

function readText(scanner: Scanner): RightHandSide {
  takeBlanks(scanner);
  const operand = parseOperandToCompareWith(scanner);
  if (operand !== undefined) return operand;
  const value = takeValue(scanner);
  if (value !== undefined) return value;
  return fail(scanner, 'CONDITION_VALUE_MISSING', { transformers: transformerNames.join(', ') });
}

function takeValue(scanner: Scanner): ValueNode | undefined {
  const position = positionOf(scanner);
  const quoted = takeQuoted(scanner);
  if (quoted !== undefined) {
    return { kind: 'value', value: quoted, form: 'quoted', position, end: scanner.tokenEnd };
  }
  if (!takePattern(scanner, 'bareString')) return undefined;
  const value = tokenBytes(scanner);
  return { kind: 'value', value, form: 'bare', position, end: scanner.tokenEnd };
}

function parseList(scanner: Scanner, allowsOperand: boolean): RightHandSide {
  return nested(scanner, readList, allowsOperand);
}

function readList(scanner: Scanner, allowsOperand: boolean): RightHandSide {
  takeBlanks(scanner);
  const position = positionOf(scanner);
  if (takeText(scanner, '(')) return parseRestOfList(scanner, position);
  const operand = allowsOperand ? parseOperandToCompareWith(scanner) : undefined;
  if (operand !== undefined) return operand;
  if (takePattern(scanner, 'identifier')) {
    return { kind: 'value', value: scanner.token, form: 'name', position, end: scanner.tokenEnd };
  }
  return fail(scanner, 'CONDITION_LIST_MISSING', { transformers: transformerNames.join(', ') });
}

function parseRestOfList(scanner: Scanner, position: Position): ListNode {
  takeBlanks(scanner);
  const items: ValueNode[] = [];
  let unreadable: ListNode['unreadable'];
  const firstPosition = positionOf(scanner);
  const first = nested(scanner, takeFirstItem);
  if (first === 'unreadable') {
    unreadable = { position: firstPosition, text: scanner.text.slice(firstPosition.index, scanner.index) };
  } else if (first !== undefined) {
    items.push(first);
    takeBlanks(scanner);
    while (takeText(scanner, ',')) {
      takeBlanks(scanner);
      const item = nested(scanner, takeValue);
      items.push(item ?? fail(scanner, 'CONDITION_LIST_ITEM_MISSING'));
      takeBlanks(scanner);
    }
  }
  if (!takeText(scanner, ')')) fail(scanner, 'CONDITION_PARENTHESIS_MISSING');
  return { kind: 'list', items: items.slice(), unreadable, position, end: scanner.tokenEnd };
}

function takeFirstItem(scanner: Scanner): ValueNode | 'unreadable' | undefined {
  try {
    return takeValue(scanner);
  } catch (error) {
    if (isSeawallError(error) && scanner.text[scanner.index] === ')') return 'unreadable';
    throw error;
  }
}

/** A field in `val( )`, a transformer, or nothing. */
function parseOperandToCompareWith(scanner: Scanner): Operand | undefined {
  return nested(scanner, readOperandToCompareWith);
}

function readOperandToCompareWith(scanner: Scanner): Operand | undefined {
  takeBlanks(scanner);
  const position = positionOf(scanner);
  const name = takeText(scanner, 'val(') ? 'val' : takeTransformerName(scanner);
  if (name === undefined) return undefined;
  takeBlanks(scanner);
  return parseTransformer(scanner, name, position);
}
