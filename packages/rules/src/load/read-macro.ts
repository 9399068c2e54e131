import { change, define, type Reading } from './collection.ts';
import { contextOfNode, type ItemContext } from './context.ts';
import { optionalBoolean, requireScalar, requireText } from './decode.ts';
import { definitionMessages } from './definition-messages.ts';
import { failLoading } from './message.ts';
import { readOverrides } from './read-overrides.ts';
import { concatTexts } from './traced-text.ts';
import { warnOfUnknownKeys } from './unknown-keys.ts';
import { traceScalar, type YamlNode } from './yaml.ts';

/** `- macro: NAME` with a `condition`; appended to the text of the macro of that name, or put in its place. */
export function readMacro(item: YamlNode, parent: ItemContext, reading: Reading): void {
  const { collection, warnings } = reading;
  const name = requireText(item, 'macro', contextOfNode(item, 'macro', '', parent));
  const context = contextOfNode(item, 'macro', name, parent);
  if (!/^[a-zA-Z]+[a-zA-Z0-9_]*$/.test(name)) {
    warnings.push({
      code: 'LOAD_INVALID_MACRO_NAME',
      message:
        'Macro has an invalid name. Macro names should match a regular expression: ([a-zA-Z]+[a-zA-Z0-9_]*)',
      context,
      hint: 'conditions can refer to a macro only by a name of letters, digits and _',
    });
  }
  const scalar = requireScalar(item, 'condition', context);
  const condition = traceScalar(scalar, reading.file);
  const conditionContext = contextOfNode(scalar, 'macro condition', '', context);
  const hasAppendKey = optionalBoolean(item, 'append', false, context);
  if (hasAppendKey) {
    warnings.push({ code: 'LOAD_DEPRECATED_ITEM', message: definitionMessages.appendKey, context });
  }
  const overrides = readOverrides(item, ['condition'], ['condition'], context);
  if (hasAppendKey && overrides.appended.size + overrides.replaced.size > 0) {
    failLoading({ code: 'LOAD_ERR_YAML_VALIDATE', message: definitionMessages.overrideWithAppend, context });
  }
  if (hasAppendKey || overrides.appended.has('condition')) {
    const previous = collection.macros.get(name);
    if (previous === undefined) {
      failLoading({
        code: 'LOAD_ERR_VALIDATE',
        message: definitionMessages.noMacro,
        context,
        hint: 'put the file that defines it first, or take out the append',
      });
    }
    change(collection, collection.macros, {
      ...previous,
      condition: concatTexts(previous.condition, ' ', condition),
    });
  } else {
    define(collection, collection.macros, { name, context, condition, conditionContext });
  }
  warnOfUnknownKeys(item, ['macro', 'condition', 'append', 'override'], context, reading);
}
