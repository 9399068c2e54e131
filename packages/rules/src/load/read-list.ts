import { change, define, type Reading } from './collection.ts';
import { contextOfNode, type ItemContext } from './context.ts';
import { optionalBoolean, requireScalars, requireText } from './decode.ts';
import { definitionMessages } from './definition-messages.ts';
import { failLoading } from './message.ts';
import { readOverrides } from './read-overrides.ts';
import { warnOfUnknownKeys } from './unknown-keys.ts';
import type { YamlNode } from './yaml.ts';

/** `- list: NAME` with `items`; appended to the list of that name, or put in its place. */
export function readList(item: YamlNode, parent: ItemContext, reading: Reading): void {
  const { collection, warnings } = reading;
  const name = requireText(item, 'list', contextOfNode(item, 'list', '', parent));
  const context = contextOfNode(item, 'list', name, parent);
  if (!/^[^()"' \t\n\v\f\r=,]+$/.test(name)) {
    warnings.push({
      code: 'LOAD_INVALID_LIST_NAME',
      message:
        'List has an invalid name. List names should match a regular expression: ([^()"\'[:space:]=,]+)',
      context,
      hint: 'conditions can refer to a list only by a name without blanks, quotes, parentheses, = and commas',
    });
  }
  const items = requireScalars(item, 'items', context).map((scalar) => scalar.value);
  const hasAppendKey = optionalBoolean(item, 'append', false, context);
  if (hasAppendKey) {
    warnings.push({ code: 'LOAD_DEPRECATED_ITEM', message: definitionMessages.appendKey, context });
  }
  const overrides = readOverrides(item, ['items'], ['items'], context);
  if (hasAppendKey && overrides.appended.size + overrides.replaced.size > 0) {
    failLoading({ code: 'LOAD_ERR_YAML_VALIDATE', message: definitionMessages.overrideWithAppend, context });
  }
  if (hasAppendKey || overrides.appended.has('items')) {
    const previous = collection.lists.get(name);
    if (previous === undefined) {
      failLoading({
        code: 'LOAD_ERR_VALIDATE',
        message: definitionMessages.noList,
        context,
        hint: 'put the file that defines it first, or take out the append',
      });
    }
    change(collection, collection.lists, { ...previous, items: [...previous.items, ...items] });
  } else {
    define(collection, collection.lists, { name, context, items });
  }
  warnOfUnknownKeys(item, ['list', 'items', 'append', 'override'], context, reading);
}
