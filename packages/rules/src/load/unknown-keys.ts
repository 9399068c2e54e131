import { nearestName } from '../suggest/nearest.ts';
import type { Reading } from './collection.ts';
import type { ItemContext } from './context.ts';
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
    const name = keyText(key);
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

/** A key as text: one that isn't written is `null`, as Falco's reader has it. */
export function keyText(key: YamlNode): string {
  return key.kind === 'scalar' ? key.value : 'null';
}
