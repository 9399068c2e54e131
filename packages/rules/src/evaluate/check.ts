import type { BoundField, Extractor, Value } from '../catalogue/catalogue.ts';
import { canonicalText } from '../condition/text.ts';
import type { ComparisonNode, ExistsNode, Operand } from '../condition/tree.ts';
import { textFromBytes } from '../value/bytes.ts';
import { combine, createTest, memberKey, relationOf, type Test } from '../value/compare.ts';
import { operatorsOf } from '../value/operators.ts';
import type { BoundCheck } from './bind.ts';
import { type BoundOperand, typeName } from './bound-operand.ts';
import { type BoundConstants, readConstants } from './constants.ts';
import { bindError } from './errors.ts';

type Holds<Context> = (context: Context) => boolean;

/** Ties a field or transformer. @throws one of bindErrors */
type BindOperand<Context> = (node: Operand) => BoundOperand<Context>;

/** Ties an `exists` to a catalogue. @throws one of bindErrors */
export function bindExists<Context>(
  node: ExistsNode,
  bindOperand: BindOperand<Context>,
): BoundCheck<Context> {
  const left = bindOperand(node.left);
  return { kind: 'check', node, left, right: undefined, holds: holdsExists(left) };
}

/** Ties a comparison to a catalogue and makes its test ready. @throws one of bindErrors */
export function bindComparison<Context>(
  node: ComparisonNode,
  bindOperand: BindOperand<Context>,
): BoundCheck<Context> {
  const left = bindOperand(node.left);
  checkOperator(node, left);
  const constants = readConstants(node, left);
  if (constants !== undefined) {
    const holds = holdsAgainstConstants(node, left, constants);
    return { kind: 'check', node, left, right: constants, holds };
  }
  const right = bindOperand(node.right as Operand);
  checkFieldComparison(node, left, right);
  return { kind: 'check', node, left, right, holds: holdsAgainstOperand(node, left, right) };
}

function checkOperator<Context>(node: ComparisonNode, left: BoundOperand<Context>): void {
  const operators = operatorsOf(left.type, left.isList);
  if (operators.includes(node.operator)) return;
  const details = {
    left: left.text,
    type: typeName(left),
    operator: node.operator,
    text: canonicalText(node),
  };
  if (operators.length === 0) throw bindError('TYPE_INCOMPARABLE', node.position, details);
  throw bindError('OPERATOR_UNFIT', node.position, { ...details, operators: operators.join(', ') });
}

function checkFieldComparison<Context>(
  node: ComparisonNode,
  left: BoundOperand<Context>,
  right: BoundOperand<Context>,
): void {
  const isNetwork = left.type === 'ipnet' || left.type === 'ipv4net' || left.type === 'ipv6net';
  const details = {
    left: left.text,
    type: typeName(left),
    right: right.text,
    rightType: typeName(right),
    operator: node.operator,
    text: canonicalText(node.right),
  };
  if (node.operator === 'pmatch' || node.operator === 'regex') {
    throw bindError('OPERAND_OPERATOR', node.right.position, details);
  }
  if (isNetwork || !left.acceptsFieldComparison) {
    throw bindError('OPERAND_FORBIDDEN', node.position, { ...details, field: left.text });
  }
  if (!right.acceptsFieldComparison) {
    throw bindError('OPERAND_FORBIDDEN', node.right.position, { ...details, field: right.text });
  }
  if (left.type !== right.type || left.isList !== right.isList) {
    throw bindError('OPERAND_TYPES_DIFFER', node.right.position, details);
  }
}

function holdsExists<Context>(left: BoundOperand<Context>): Holds<Context> {
  const { extract, field } = left;
  if (field?.compareEach !== undefined) {
    const compareEach = field.compareEach;
    return (context) => compareEach(context, always, 'exists');
  }
  if (field?.compare !== undefined) {
    const compare = field.compare;
    return (context) => compare(context, 'exists', []);
  }
  return (context) => extract(context) !== undefined;
}

const always = () => true;

function holdsAgainstConstants<Context>(
  node: ComparisonNode,
  left: BoundOperand<Context>,
  constants: BoundConstants,
): Holds<Context> {
  const { field } = left;
  if (field?.compare !== undefined && field.compareEach === undefined) {
    return holdsByField(field, field.compare, node, constants);
  }
  // Only a regular expression can still be wrong.
  if (node.operator === 'regex') return makeHolds(node, left, constants);
  // Of the checks of thousands of rules few are ever asked one by one: the others need no sets and patterns.
  let holds: Holds<Context> | undefined;
  return (context) => {
    holds ??= makeHolds(node, left, constants);
    return holds(context);
  };
}

function makeHolds<Context>(
  node: ComparisonNode,
  left: BoundOperand<Context>,
  constants: BoundConstants,
): Holds<Context> {
  const { operator, quantifier } = node;
  const { field, extract } = left;
  const test = createTest(left.type, operator, quantifier, constants.values);
  if (typeof test !== 'function') {
    const index = constants.values.indexOf(test.constant);
    const items = node.right.kind === 'list' ? node.right.items : [];
    const position = (items[index] ?? node.right).position;
    const details = { problem: test.problem, text: textFromBytes(test.constant as string) };
    throw bindError('REGEX_WRONG', position, details);
  }
  if (field?.compareEach !== undefined) {
    const compareEach = field.compareEach;
    return (context) => compareEach(context, test, operator);
  }
  if (left.isList) return holdsForList(extract, operator === 'in', test);
  return (context) => {
    const value = extract(context);
    return value !== undefined && test(value as Value);
  };
}

/** The field decides itself; it knows operators but no quantifiers. */
function holdsByField<Context>(
  field: BoundField<Context>,
  compare: NonNullable<BoundField<Context>['compare']>,
  node: ComparisonNode,
  constants: BoundConstants,
): Holds<Context> {
  const { operator, quantifier } = node;
  const { values } = constants;
  if (quantifier === undefined) return (context) => compare.call(field, context, operator, values);
  if (values.length === 0) return () => false;
  return (context) => {
    const tests = values.map(
      (value): Test =>
        () =>
          compare.call(field, context, operator, [value]),
    );
    return combine(quantifier, tests)(false);
  };
}

/** `in`: every value of the list passes (so an empty list does); `intersects`: at least one does. */
function holdsForList<Context>(extract: Extractor<Context>, everyValue: boolean, test: Test): Holds<Context> {
  return (context) => {
    const values = extract(context) as readonly Value[] | undefined;
    if (values === undefined) return false;
    for (const value of values) if (test(value) !== everyValue) return !everyValue;
    return everyValue;
  };
}

function holdsAgainstOperand<Context>(
  node: ComparisonNode,
  left: BoundOperand<Context>,
  right: BoundOperand<Context>,
): Holds<Context> {
  const { extract } = left;
  const { extract: extractRight } = right;
  if (left.isList) {
    const everyValue = node.operator === 'in';
    return (context) => {
      const values = extract(context) as readonly Value[] | undefined;
      const others = values && (extractRight(context) as readonly Value[] | undefined);
      if (others === undefined) return false;
      const members = new Set(others.map(memberKey));
      for (const value of values!) if (members.has(memberKey(value)) !== everyValue) return !everyValue;
      return everyValue;
    };
  }
  const relation = relationOf(left.type, node.operator);
  return (context) => {
    const value = extract(context);
    if (value === undefined) return false;
    const other = extractRight(context);
    return other !== undefined && relation(value as Value, other as Value);
  };
}
