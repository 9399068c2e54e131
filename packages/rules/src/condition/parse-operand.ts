import { nested } from './nesting.ts';
import {
  createScanner,
  fail,
  positionOf,
  type Scanner,
  takeBlanks,
  takeOneOf,
  takePattern,
  takeQuoted,
  takeText,
  tokenBytes,
} from './scanner.ts';
import {
  type FieldNode,
  type Operand,
  type Position,
  type TransformerArgument,
  type TransformerListNode,
  type TransformerName,
  type TransformerNode,
  transformerNames,
  type ValueNode,
} from './tree.ts';

/**
 * Parses a field or a transformer at the start of what is left of a text, such as an output format behind its `%`.
 * @returns the node; what follows it begins at the node's `end`.
 * @throws one of conditionErrors when none stands there.
 */
export function parseOperandAt(text: string, index: number): Operand {
  const scanner = createScanner(text, index);
  return nested(scanner, () => {
    const position = positionOf(scanner);
    if (takePattern(scanner, 'fieldName')) return parseField(scanner, position);
    const transformer = takeTransformerName(scanner);
    if (transformer === undefined) return fail(scanner, 'CONDITION_FIELD_MISSING');
    takeBlanks(scanner);
    return parseTransformer(scanner, transformer, position);
  });
}

/** The name was taken just before. */
export function parseField(scanner: Scanner, position: Position): FieldNode {
  return nested(scanner, readField, position);
}

function readField(scanner: Scanner, position: Position): FieldNode {
  const name = scanner.share(scanner.token);
  const argument = parseArgument(scanner);
  return { kind: 'field', name, argument, position, end: scanner.tokenEnd };
}

function parseArgument(scanner: Scanner): string | undefined {
  if (!takeText(scanner, '[')) return undefined;
  const quoted = takeQuoted(scanner);
  if (quoted === undefined && !takePattern(scanner, 'bareArgument')) {
    fail(scanner, 'CONDITION_FIELD_ARGUMENT_MISSING');
  }
  const argument = quoted ?? tokenBytes(scanner);
  if (!takeText(scanner, ']')) fail(scanner, 'CONDITION_BRACKET_MISSING');
  return argument;
}

const anywhere = transformerNames.filter((name) => name !== 'val');
const openings = anywhere.map((name) => `${name}(`);
const firstLetters: ReadonlySet<number> = new Set(anywhere.map((name) => name.charCodeAt(0)));

/** Takes a transformer's name with its parenthesis; not `val`, which has a place of its own. */
export function takeTransformerName(scanner: Scanner): TransformerName | undefined {
  // Most values are none, and that shows at their first character.
  if (!firstLetters.has(scanner.text.charCodeAt(scanner.index))) return undefined;
  const opening = takeOneOf(scanner, openings);
  return opening === undefined ? undefined : (opening.slice(0, -1) as TransformerName);
}

/** The name and the opening parenthesis were taken just before. */
export function parseTransformer(
  scanner: Scanner,
  name: TransformerName,
  position: Position,
): TransformerNode {
  if (name === 'val') {
    const operands = [parseFieldOfVal(scanner)];
    return finishTransformer(scanner, name, operands, position);
  }
  scanner.transformers++;
  if (scanner.transformers > DEEPEST_TRANSFORMERS) {
    fail(scanner, 'CONDITION_TOO_DEEP', { limit: DEEPEST_TRANSFORMERS });
  }
  const transformer = nested(scanner, () => {
    takeBlanks(scanner);
    const operands: TransformerArgument[] = [];
    do {
      operands.push(parseTransformerArgument(scanner, name));
      takeBlanks(scanner);
    } while (takeText(scanner, ','));
    return finishTransformer(scanner, name, operands, position);
  });
  scanner.transformers--;
  return transformer;
}

/** Each takes some room on the stack, here and wherever a tree is gone through. */
const DEEPEST_TRANSFORMERS = 200;

function parseFieldOfVal(scanner: Scanner): FieldNode {
  const position = positionOf(scanner);
  if (!takePattern(scanner, 'fieldName')) fail(scanner, 'CONDITION_FIELD_MISSING');
  return parseField(scanner, position);
}

function finishTransformer(
  scanner: Scanner,
  name: TransformerName,
  operands: readonly TransformerArgument[],
  position: Position,
): TransformerNode {
  takeBlanks(scanner);
  if (!takeText(scanner, ')')) {
    fail(scanner, 'CONDITION_TRANSFORMER_PARENTHESIS_MISSING', { transformer: name });
  }
  const argument = parseArgument(scanner);
  return { kind: 'transformer', name, operands, argument, position, end: scanner.tokenEnd };
}

function parseTransformerArgument(scanner: Scanner, of: TransformerName): TransformerArgument {
  const position = positionOf(scanner);
  return nested(scanner, () => {
    takeBlanks(scanner);
    const value = takeNumberOrQuoted(scanner, position);
    if (value !== undefined) return value;
    if (takeText(scanner, '(')) return parseTransformerList(scanner, position);
    return (
      takeOperand(scanner, position) ??
      fail(scanner, 'CONDITION_TRANSFORMER_ARGUMENT_MISSING', { transformer: of })
    );
  });
}

function parseTransformerList(scanner: Scanner, position: Position): TransformerListNode {
  const items: (ValueNode | Operand)[] = [];
  takeBlanks(scanner);
  if (!takeText(scanner, ')')) {
    do {
      takeBlanks(scanner);
      items.push(parseTransformerItem(scanner, position));
      takeBlanks(scanner);
    } while (takeText(scanner, ','));
    if (!takeText(scanner, ')')) fail(scanner, 'CONDITION_PARENTHESIS_MISSING');
  }
  return { kind: 'transformer-list', items, position, end: scanner.tokenEnd };
}

/** @param position of the whole list: Falco gives it to the items too. */
function parseTransformerItem(scanner: Scanner, position: Position): ValueNode | Operand {
  return (
    takeOperand(scanner, position) ??
    takeNumberOrQuoted(scanner, position) ??
    fail(scanner, 'CONDITION_TRANSFORMER_ITEM_MISSING')
  );
}

function takeNumberOrQuoted(scanner: Scanner, position: Position): ValueNode | undefined {
  if (takePattern(scanner, 'hexNumber') || takePattern(scanner, 'number')) {
    return { kind: 'value', value: scanner.token, form: 'number', position, end: scanner.tokenEnd };
  }
  const quoted = takeQuoted(scanner);
  if (quoted === undefined) return undefined;
  return { kind: 'value', value: quoted, form: 'quoted', position, end: scanner.tokenEnd };
}

function takeOperand(scanner: Scanner, position: Position): Operand | undefined {
  if (takePattern(scanner, 'fieldName')) return parseField(scanner, position);
  const name = takeTransformerName(scanner);
  if (name === undefined) return undefined;
  takeBlanks(scanner);
  return parseTransformer(scanner, name, position);
}
