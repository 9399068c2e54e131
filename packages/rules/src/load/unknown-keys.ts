import { nearestName } from '../suggest/nearest.ts';
import type { Reading } from './collection.ts';
import { contextOfNode, type ItemContext } from './context.ts';
import { failLoading } from './message.ts';
import { placeIn } from './traced-text.ts';
import type { YamlNode } from './yaml.ts';

/** Warns of each key of an item that means nothing there, with the key that was likely meant. */
export function warnOfUnknownKeys(
  item: YamlNode,
  known: readonly string[],
  context: ItemContext,
  reading: Reading,
): void {
  if (item.kind !== 'mapping') return;
  for (const { key } of item.entries) {
    const name = keyText(key, context);
    if (known.includes(name)) continue;
    const nearest = nearestName(name, known);
    reading.warnings.push({
      code: 'LOAD_UNKNOWN_KEY',
      message: `Unknown key '${name}'. The key will be ignored.`,
      context: { ...context, place: placeIn(reading.file, key.start) },
      hint: nearest === undefined ? `known here: ${known.join(', ')}` : `did you mean '${nearest}'?`,
      length: name.length,
    });
  }
}

/** A key as text. @throws when it is a sequence or a mapping. */
export function keyText(key: YamlNode, context: ItemContext): string {
  if (key.kind === 'scalar') return key.value;
  if (key.kind === 'null') return 'null';
  return failLoading({
    code: 'LOAD_ERR_VALIDATE',
    message: `A key must be a single word, not a ${key.kind}`,
    context: contextOfNode(key, 'value for', '', context),
    hint: 'quote text that begins with { or [',
  });
}
