import type { Extractor, FieldType, Value } from '../catalogue/catalogue.ts';
import { canonicalText } from '../condition/text.ts';
import type { TransformerNode } from '../condition/tree.ts';
import { findOption, type KnownOptions, listOptions, parseKnownOptions } from '../value/options.ts';
import { accepts, cutAtNul, lengthOf, type Transform, transformOf } from '../value/transform.ts';
import { type BoundOperand, mergeDependencies, textOf, typeName } from './bound-operand.ts';
import { bindError } from './errors.ts';

type Operands<Context> = readonly BoundOperand<Context>[];

/**
 * Ties a transformer to its arguments, which are tied to the catalogue already (libs, sinsp_filter_transformers and
 * sinsp_filtercheck_multivalue_transformer.cpp).
 * @throws one of bindErrors when the transformer doesn't take these arguments.
 */
export function bindTransformer<Context>(
  node: TransformerNode,
  operands: Operands<Context>,
): BoundOperand<Context> {
  if (node.argument !== undefined && node.name !== 'getopt') {
    const details = { transformer: node.name, argument: node.argument, text: canonicalText(node) };
    throw bindError('TRANSFORMER_ARGUMENT_UNEXPECTED', node.position, details);
  }
  switch (node.name) {
    case 'val':
      return { ...operands[0]!, node };
    case 'join':
      return bindJoin(node, operands);
    case 'concat':
      return bindConcat(node, operands);
    case 'getopt':
      return bindGetopt(node, operands);
    default:
      return bindSingle(node, operands);
  }
}

/** What every operand made by a transformer has in common. */
function made<Context>(node: TransformerNode, operands: Operands<Context>) {
  return {
    node,
    text: canonicalText(node),
    type: 'charbuf',
    format: 'na',
    isList: false,
    dependsOn: mergeDependencies(operands),
    field: undefined,
    acceptsFieldComparison: true,
  } as const;
}

function bindSingle<Context>(node: TransformerNode, operands: Operands<Context>): BoundOperand<Context> {
  const name = node.name as 'tolower' | 'toupper' | 'b64' | 'basename' | 'len';
  const [operand] = operands;
  if (operand === undefined || operands.length > 1) throw wrongArguments(node, 'one field');
  if (operand.field?.definition.acceptsNoTransformer === true) {
    const details = { field: operand.field.definition.name, text: canonicalText(node) };
    throw bindError('TRANSFORMER_FORBIDDEN', node.position, details);
  }
  const { type, isList, format, acceptsFieldComparison } = operand;
  if (!accepts(name, type, isList)) {
    const details = {
      transformer: name,
      operand: operand.text,
      type: typeName(operand),
      text: canonicalText(node),
    };
    throw bindError('TRANSFORMER_UNFIT', node.position, details);
  }
  const shared = { ...made(node, operands), acceptsFieldComparison };
  if (name === 'len') {
    const lengthType: FieldType = 'uint64';
    // Falco can compare lengths but not print them: it prints by the format of the field, which has none.
    return { ...shared, type: lengthType, format: 'decimal', extract: extractLength(operand) };
  }
  return { ...shared, type, format, isList, extract: extractTransformed(operand, transformOf(name, type)) };
}

function extractLength<Context>(operand: BoundOperand<Context>): Extractor<Context> {
  const { extract } = operand;
  const isText = !operand.isList && operand.type !== 'bytebuf';
  return (context) => {
    const value = extract(context);
    if (value === undefined) return undefined;
    return isText ? cutAtNul(value as string).length : lengthOf(value);
  };
}

function extractTransformed<Context>(
  operand: BoundOperand<Context>,
  transform: Transform,
): Extractor<Context> {
  const { extract } = operand;
  if (!operand.isList) {
    return (context) => {
      const value = extract(context);
      return value === undefined ? undefined : transform(value as string);
    };
  }
  return (context) => {
    const values = extract(context) as readonly string[] | undefined;
    if (values === undefined) return undefined;
    const transformed: string[] = [];
    for (const value of values) {
      const one = transform(value);
      if (one === undefined) return undefined;
      transformed.push(one);
    }
    return transformed;
  };
}

function bindJoin<Context>(node: TransformerNode, operands: Operands<Context>): BoundOperand<Context> {
  const [separator, list] = operands;
  if (operands.length !== 2 || separator!.isList || !list!.isList) {
    throw wrongArguments(node, 'a separator and a list: join(", ", (proc.name, proc.pname))');
  }
  return {
    ...made(node, operands),
    extract: (context) => {
      const between = separator!.extract(context);
      if (between === undefined) return undefined;
      const values = list!.extract(context) as readonly Value[] | undefined;
      return values?.map(textOf).join(textOf(between as Value));
    },
  };
}

function bindConcat<Context>(node: TransformerNode, operands: Operands<Context>): BoundOperand<Context> {
  const isText = (operand: BoundOperand<Context>) => operand.type === 'charbuf' && !operand.isList;
  if (operands.length < 2 || !operands.every(isText)) {
    throw wrongArguments(node, 'two or more texts: concat(proc.name, "-", fd.name)');
  }
  return {
    ...made(node, operands),
    extract: (context) => {
      let text = '';
      for (const operand of operands) {
        const value = operand.extract(context);
        if (value === undefined) return undefined;
        text += textOf(value as Value);
      }
      return text;
    },
  };
}

function bindGetopt<Context>(node: TransformerNode, operands: Operands<Context>): BoundOperand<Context> {
  const [words, options] = operands;
  const areTexts = operands.every(({ type }) => type === 'charbuf');
  if (operands.length !== 2 || !areTexts || !words!.isList || options!.isList) {
    throw wrongArguments(node, 'a list of words and the options known: getopt(proc.args, "nt:")');
  }
  if (node.argument !== undefined && node.argument.length !== 1) {
    throw wrongArguments(node, 'a single letter in its brackets: getopt(proc.args, "nt:")[t]');
  }
  const readKnown = extractKnownOptions(options!);
  const { argument } = node;
  return {
    ...made(node, operands),
    isList: argument === undefined,
    extract: (context) => {
      const known = readKnown(context);
      const values = words!.extract(context) as readonly string[] | undefined;
      if (known === undefined || values === undefined) return undefined;
      return argument === undefined ? listOptions(values, known) : findOption(values, known, argument);
    },
  };
}

/** Options given as a constant are read once. */
function extractKnownOptions<Context>(
  operand: BoundOperand<Context>,
): (context: Context) => KnownOptions | undefined {
  if (operand.node.kind === 'value') {
    const known = parseKnownOptions(operand.node.value);
    return () => known;
  }
  return (context) => {
    const text = operand.extract(context);
    return text === undefined ? undefined : parseKnownOptions(text as string);
  };
}

function wrongArguments(node: TransformerNode, wanted: string) {
  const details = { transformer: node.name, wanted, text: canonicalText(node) };
  return bindError('TRANSFORMER_ARGUMENTS_WRONG', node.position, details);
}
