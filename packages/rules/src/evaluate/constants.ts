import { reasonOf } from '@seawall/base';
import type { FieldType, Value } from '../catalogue/catalogue.ts';
import type { ComparisonNode, ValueNode } from '../condition/tree.ts';
import { textFromBytes } from '../value/bytes.ts';
import { parseConstant } from '../value/constants.ts';
import { type BoundOperand, typeName } from './bound-operand.ts';
import { bindError } from './errors.ts';

/** The constants on the right of an operator, read by the type of what stands on its left. */
export interface BoundConstants {
  readonly kind: 'constants';
  readonly type: FieldType;
  /** In the order of the text; an operator that takes one constant has one. */
  readonly values: readonly Value[];
}

/**
 * Reads the constants of a comparison whose right side is a value or a list.
 * @throws one of bindErrors, at the constant that can't be read.
 */
export function readConstants<Context>(
  node: ComparisonNode,
  left: BoundOperand<Context>,
): BoundConstants | undefined {
  const { right } = node;
  if (right.kind !== 'value' && right.kind !== 'list') return undefined;
  const items = right.kind === 'value' ? [right] : right.items;
  return {
    kind: 'constants',
    type: left.type,
    values: items.map((item) => readConstant(node, left, item)),
  };
}

function readConstant<Context>(node: ComparisonNode, left: BoundOperand<Context>, item: ValueNode): Value {
  const { operator } = node;
  const details = { left: left.text, type: typeName(left), operator, text: textFromBytes(item.value) };
  const isHexadecimal = operator === 'bcontains' || operator === 'bstartswith';
  if (isHexadecimal && !/^(?:[0-9a-fA-F]{2})*$/.test(item.value)) {
    throw bindError('CONSTANT_NOT_HEXADECIMAL', item.position, details);
  }
  const text = isHexadecimal ? bytesFromHexadecimal(item.value) : item.value;
  const parseByField = left.field?.parseConstant;
  if (parseByField !== undefined) {
    try {
      return parseByField(text);
    } catch (cause) {
      const reason = reasonOf(cause);
      throw bindError('FIELD_UNUSABLE', item.position, { ...details, reason }, cause);
    }
  }
  const read = parseConstant(left.type, text);
  if ('value' in read) return read.value;
  throw bindError(read.problem, item.position, { ...details, expected: read.expected });
}

function bytesFromHexadecimal(digits: string): string {
  return digits.replace(/../g, (pair) => String.fromCharCode(Number.parseInt(pair, 16)));
}
