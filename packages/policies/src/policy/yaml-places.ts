import { type Document, isMap, isNode, isScalar, isSeq, type LineCounter, type Node } from 'yaml';
import type { Place } from './policy.ts';

/** Tells where values and keys of one YAML document are written. */
export interface YamlPlaces {
  at(offset: number): Place;
  /** Where the value at a path begins, or the innermost thing around it that there is. */
  ofValue(path: readonly PropertyKey[]): Place;
  /** Where a key of the map at a path is written. */
  ofKey(path: readonly PropertyKey[], key: string): Place;
  nodeAt(path: readonly PropertyKey[]): Node | undefined;
}

export function createYamlPlaces(path: string, document: Document, lines: LineCounter): YamlPlaces {
  const root = document.contents as Node | null;
  const at = (offset: number): Place => {
    const { line, col } = lines.linePos(offset);
    return { path, line: Math.max(1, line), column: Math.max(1, col) };
  };
  const start = (node: Node | undefined): Place => at(node?.range?.[0] ?? document.range?.[0] ?? 0);
  const innermost = (steps: readonly PropertyKey[]): Node | undefined => {
    let node = root ?? undefined;
    for (const step of steps) {
      const next: unknown = isMap(node) || isSeq(node) ? node.get(step, true) : undefined;
      if (!isNode(next)) break;
      node = next;
    }
    return node;
  };
  return {
    at,
    ofValue: (steps) => start(innermost(steps)),
    ofKey(steps, key) {
      const node = innermost(steps);
      const pair = isMap(node)
        ? node.items.find((item) => isScalar(item.key) && String(item.key.value) === key)
        : undefined;
      return start(isNode(pair?.key) ? pair.key : node);
    },
    nodeAt(steps) {
      const node = document.getIn(steps, true);
      return isNode(node) ? node : undefined;
    },
  };
}
