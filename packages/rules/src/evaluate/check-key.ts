import type { ComparisonNode, ExistsNode, RightHandSide, TransformerArgument } from '../condition/tree.ts';

/**
 * What a check says, whatever quotes and blanks it was written with: checks with equal keys mean the same. The canonical
 * text is no such key, since it leaves out quotes that matter.
 */
export function checkKey(check: ExistsNode | ComparisonNode): string {
  const left = operandKey(check.left);
  if (check.kind === 'exists') return `${left} exists`;
  const { operator, quantifier, right } = check;
  return `${left} ${operator} ${quantifier ?? ''} ${operandKey(right)}`;
}

/** What stands between two parts of a key; no text holds it, see `textKey`. */
const BETWEEN = '\0\x02';

function operandKey(node: RightHandSide | TransformerArgument): string {
  switch (node.kind) {
    case 'field':
      return `${node.name}${argumentKey(node.argument)}`;
    case 'value':
      return `"${textKey(node.value)}${BETWEEN}`;
    case 'list':
      return `(${node.items.map(({ value }) => textKey(value)).join(BETWEEN)}${BETWEEN}${node.items.length})`;
    case 'transformer-list':
      return `[(${node.items.map(operandKey).join()})`;
    case 'transformer':
      return `${node.name}(${node.operands.map(operandKey).join()})${argumentKey(node.argument)}`;
  }
}

function argumentKey(argument: string | undefined): string {
  return argument === undefined ? '' : `[${textKey(argument)}${BETWEEN}]`;
}

function textKey(text: string): string {
  return text.includes('\0') ? text.replaceAll('\0', '\0\x01') : text;
}
