import { nearestName } from '../suggest/nearest.ts';
import { contextOfNode, contextOfYaml, type ItemContext } from './context.ts';
import { failLoading } from './message.ts';
import { keyText } from './unknown-keys.ts';
import { getValue, type YamlNode } from './yaml.ts';

/** Which keys of an item add to, and which replace, what is there already. */
export interface Overrides {
  readonly appended: ReadonlySet<string>;
  readonly replaced: ReadonlySet<string>;
}

/** @param appendable and @param replaceable the keys for which each operation is allowed. */
export function readOverrides(
  item: YamlNode,
  appendable: readonly string[],
  replaceable: readonly string[],
  context: ItemContext,
): Overrides {
  const appended = new Set<string>();
  const replaced = new Set<string>();
  const overrides = getValue(item, 'override');
  if (overrides === undefined || overrides.kind === 'null') return { appended, replaced };
  const overrideContext = contextOfNode(item, 'overrides', '', context);
  // Falco goes through what stands there as through a mapping: a single text has nothing to go through.
  if (overrides.kind === 'scalar') return { appended, replaced };
  if (overrides.kind === 'sequence') {
    return failLoading({
      code: 'LOAD_ERR_VALIDATE',
      message: `Value of 'override' must be a mapping of keys to 'append' or 'replace'`,
      context: contextOfYaml(overrides, context),
      hint: "write 'override:' and below it, further in, lines such as 'condition: append'",
    });
  }
  for (const { key: keyNode, value } of overrides.entries) {
    const key = keyText(keyNode);
    const operation = operationText(value, context);
    const keyContext = contextOfNode(keyNode, 'overrides', key, overrideContext);
    if (operation === 'append') {
      if (!appendable.includes(key)) {
        failLoading({
          code: 'LOAD_ERR_YAML_VALIDATE',
          message: `Key '${key}' cannot be appended to, use 'replace' instead`,
          context: keyContext,
          hint: replaceable.includes(key) ? `write '${key}: replace'` : suggestKey(key, appendable),
          length: key.length,
        });
      }
      appended.add(key);
    } else if (operation === 'replace') {
      if (!replaceable.includes(key)) {
        failLoading({
          code: 'LOAD_ERR_YAML_VALIDATE',
          message: `Key '${key}' cannot be replaced`,
          context: keyContext,
          hint: suggestKey(key, replaceable),
          length: key.length,
        });
      }
      replaced.add(key);
    } else {
      const allowed = `${appendable.includes(key) ? 'append ' : ''}${replaceable.includes(key) ? 'replace ' : ''}`;
      failLoading({
        code: 'LOAD_ERR_YAML_VALIDATE',
        message: `Invalid override operation for key '${key}': '${operation}'. Allowed values are: ${allowed}`,
        context: contextOfNode(value, 'value for', key, overrideContext),
        hint: allowed === '' ? suggestKey(key, replaceable) : `write '${key}: ${allowed.split(' ')[0]}'`,
        length: Math.max(1, operation.length),
      });
    }
  }
  return { appended, replaced };
}

function operationText(value: YamlNode, context: ItemContext): string {
  if (value.kind === 'scalar') return value.value;
  if (value.kind === 'null') return 'null';
  return failLoading({
    code: 'LOAD_ERR_VALIDATE',
    message: `An override operation must be a single word, not a ${value.kind}`,
    context: contextOfYaml(value, context),
    hint: "write 'append' or 'replace'",
  });
}

function suggestKey(key: string, keys: readonly string[]): string {
  const nearest = nearestName(key, keys);
  return nearest === undefined ? `possible here: ${keys.join(', ')}` : `did you mean '${nearest}'?`;
}
