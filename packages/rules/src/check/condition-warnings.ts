import type { AnyNode, ComparisonNode, Condition } from '../condition/tree.ts';
import { deprecatedFields } from '../load/codes.ts';
import { childrenOf, lastField, walk } from './walk.ts';

export type ConditionWarning =
  | { readonly code: 'LOAD_UNSAFE_NA_CHECK'; readonly node: AnyNode }
  | { readonly code: 'LOAD_DEPRECATED_ITEM'; readonly field: string; readonly node: AnyNode };

const noValue = '<NA>';
const equalityOperators = ['==', '=', '!=', 'in', 'intersects', 'pmatch'];

/**
 * What a condition does that is known to go wrong, whatever its source: comparing an audit field with `<NA>` (which
 * it had as a value once), and testing fields that lost their meaning. Each kind and field is told once, in the
 * order in which Falco tells them.
 */
export function findConditionWarnings(condition: Condition): readonly ConditionWarning[] {
  let unsafe: AnyNode | undefined;
  const deprecated = new Map<string, AnyNode>();
  walk(condition, (node) => {
    if (node.kind === 'comparison' && unsafe === undefined && comparesWithNoValue(node)) unsafe = node;
    if (node.kind === 'field' && deprecatedFields.has(node.name) && !deprecated.has(node.name)) {
      deprecated.set(node.name, node);
    }
  });
  return [
    ...(unsafe === undefined ? [] : [{ code: 'LOAD_UNSAFE_NA_CHECK', node: unsafe } as const]),
    ...[...deprecatedFields.keys()]
      .filter((field) => deprecated.has(field))
      .map((field) => ({ code: 'LOAD_DEPRECATED_ITEM', field, node: deprecated.get(field)! }) as const),
  ];
}

function comparesWithNoValue({ left, operator, quantifier, right }: ComparisonNode): boolean {
  if (!/^(?:ka|jevt)\./.test(lastField(left)?.name ?? '')) return false;
  if (quantifier !== undefined || !equalityOperators.includes(operator)) return false;
  const values = right.kind === 'list' ? childrenOf(right) : [right];
  return values.some((value) => value.kind === 'value' && value.value === noValue);
}
