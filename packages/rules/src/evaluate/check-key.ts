import type { ComparisonNode, ExistsNode, RightHandSide, TransformerArgument } from '../condition/tree.ts';

/**
 * What a check says, whatever quotes and blanks it was written with: checks with equal keys mean the same. The canonical
 * text is no such key, since it leaves out quotes that matter.
 */
export function checkKey(check: ExistsNode | ComparisonNode): string {
  if (check.kind === 'exists') return `${operandKey(check.left)} exists`;
  const { left, operator, quantifier, right } = check;
  return `${operandKey(left)} ${operator} ${quantifier ?? ''} ${operandKey(right)}`;
}

/** Each text goes with its length: nothing in it can then be taken for what follows. */
function operandKey(node: RightHandSide | TransformerArgument): string {
  switch (node.kind) {
    case 'field':
      return node.name + argumentKey(node.argument);
    case 'value':
      return `${node.value.length}:${node.value}`;
    case 'list':
    case 'transformer-list': {
      let key = node.kind === 'list' ? '(' : '[(';
      for (const item of node.items) key += operandKey(item);
      return `${key})`;
    }
    case 'transformer':
      return `${node.name}(${node.operands.map(operandKey).join()})${argumentKey(node.argument)}`;
  }
}

function argumentKey(argument: string | undefined): string {
  return argument === undefined ? '' : `[${argument.length}:${argument}]`;
}
