import type { AnyNode, FieldNode } from '../condition/tree.ts';

/** The nodes directly below a node, in the order in which they are written. */
export function childrenOf(node: AnyNode): readonly AnyNode[] {
  switch (node.kind) {
    case 'and':
    case 'or':
      return node.children;
    case 'not':
      return [node.child];
    case 'exists':
      return [node.left];
    case 'comparison':
      return [node.left, node.right];
    case 'transformer':
      return node.operands;
    case 'transformer-list':
    case 'list':
      return node.items;
    default:
      return [];
  }
}

/** Calls `visit` for the node and everything below it, parents first, in the order in which they are written. */
export function walk(node: AnyNode, visit: (node: AnyNode) => void): void {
  visit(node);
  for (const child of childrenOf(node)) walk(child, visit);
}

/** The field on which an operand rests: itself, or the last one among a transformer's arguments. */
export function lastField(node: AnyNode): FieldNode | undefined {
  let last: FieldNode | undefined;
  walk(node, (inner) => {
    if (inner.kind === 'field') last = inner;
  });
  return last;
}

/** A field as rule files write it. */
export function fieldText(field: FieldNode): string {
  return field.argument === undefined || field.argument === ''
    ? field.name
    : `${field.name}[${field.argument}]`;
}
