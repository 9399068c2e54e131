import { reasonOf } from '@seawall/base';
import type { Extractor, FieldCatalogue, Value } from '../catalogue/catalogue.ts';
import { canonicalText } from '../condition/text.ts';
import type { FieldNode, Operand, TransformerArgument, TransformerNode } from '../condition/tree.ts';
import { nearestName } from '../suggest/nearest.ts';
import { hintOfPluginField } from '../suggest/plugin-field.ts';
import { type BoundOperand, mergeDependencies, textOf } from './bound-operand.ts';
import { bindError } from './errors.ts';
import { bindTransformer } from './transformer.ts';

/**
 * Ties a field or transformer to a catalogue.
 * @throws one of bindErrors when there is no such field, its argument is malformed, or a transformer doesn't fit.
 */
export function bindOperand<Context>(
  node: Operand,
  catalogue: FieldCatalogue<Context>,
): BoundOperand<Context> {
  return node.kind === 'field' ? bindField(node, catalogue) : bindTransformerNode(node, catalogue);
}

/** As bindOperand, for what can stand among a transformer's arguments. */
export function bindArgument<Context>(
  node: TransformerArgument,
  catalogue: FieldCatalogue<Context>,
): BoundOperand<Context> {
  if (node.kind === 'field' || node.kind === 'transformer') return bindOperand(node, catalogue);
  const shared = {
    node,
    text: canonicalText(node),
    type: 'charbuf',
    format: 'na',
    field: undefined,
    acceptsFieldComparison: true,
  } as const;
  if (node.kind === 'value') {
    return { ...shared, isList: false, dependsOn: ['constant'], extract: () => node.value };
  }
  const items = node.items.map((item) => bindArgument(item, catalogue));
  return {
    ...shared,
    isList: true,
    dependsOn: mergeDependencies(items),
    extract: extractorOfList(items),
  };
}

function bindField<Context>(node: FieldNode, catalogue: FieldCatalogue<Context>): BoundOperand<Context> {
  const definition = catalogue.fields.get(node.name);
  const text = canonicalText(node);
  if (definition === undefined) {
    const near = nearestName(node.name, catalogue.fields.keys());
    const isOfPlugin = hintOfPluginField(node.name, catalogue) !== undefined;
    const suggestion = near === undefined || isOfPlugin ? '' : ` (did you mean '${near}'?)`;
    const details = { source: catalogue.source, field: node.name, text, suggestion };
    throw bindError('FIELD_UNKNOWN', node.position, details);
  }
  if (node.argument !== undefined && definition.argument.presence === 'none') {
    const details = { field: node.name, argument: node.argument, text };
    throw bindError('FIELD_ARGUMENT_UNEXPECTED', node.position, details);
  }
  if (node.argument === undefined && definition.argument.presence === 'required') {
    throw bindError('FIELD_ARGUMENT_NEEDED', node.position, { field: node.name, text });
  }
  const field = bindArgumentOfField(node, () => definition.bind(node.argument));
  return {
    node,
    text,
    type: field.type,
    format: field.format,
    isList: field.isList,
    dependsOn: definition.dependsOn,
    extract: field.extract,
    field,
    acceptsFieldComparison: !definition.acceptsNoFieldComparison,
  };
}

function bindArgumentOfField<Result>(node: FieldNode, bind: () => Result): Result {
  try {
    return bind();
  } catch (cause) {
    const reason = reasonOf(cause);
    throw bindError('FIELD_UNUSABLE', node.position, { reason, text: canonicalText(node) }, cause);
  }
}

function bindTransformerNode<Context>(
  node: TransformerNode,
  catalogue: FieldCatalogue<Context>,
): BoundOperand<Context> {
  const operands = node.operands.map((operand) => bindArgument(operand, catalogue));
  return bindTransformer(node, operands);
}

/** No value at all when one of the items has none; items that are lists are spread out. */
function extractorOfList<Context>(items: readonly BoundOperand<Context>[]): Extractor<Context> {
  return (context) => {
    const values: Value[] = [];
    for (const item of items) {
      const value = item.extract(context);
      if (value === undefined) return undefined;
      if (Array.isArray(value)) for (const single of value) values.push(textOf(single));
      else values.push(textOf(value as Value));
    }
    return values;
  };
}
