import { fieldText, lastField } from '../check/walk.ts';
import type { AnyNode, Condition } from '../condition/tree.ts';
import { textFromBytes } from '../value/bytes.ts';

/** What a condition names. */
export interface ConditionDetails {
  readonly fields: ReadonlySet<string>;
  readonly macros: ReadonlySet<string>;
  readonly lists: ReadonlySet<string>;
  readonly operators: ReadonlySet<string>;
  readonly eventNames: ReadonlySet<string>;
}

/**
 * Lists what a condition names; an item of a list in parentheses counts as a list's name when there is such a list.
 * @param known the names that macros and lists have.
 */
export function findDetails(
  condition: Condition,
  known: { readonly macros: ReadonlySet<string>; readonly lists: ReadonlySet<string> },
): ConditionDetails {
  const found = {
    fields: new Set<string>(),
    macros: new Set<string>(),
    lists: new Set<string>(),
    operators: new Set<string>(),
    eventNames: new Set<string>(),
  };
  const visit = (node: AnyNode): void => {
    switch (node.kind) {
      case 'and':
      case 'or':
        for (const child of node.children) visit(child);
        break;
      case 'not':
        visit(node.child);
        break;
      case 'reference':
        if (known.macros.has(node.name)) found.macros.add(node.name);
        break;
      case 'field':
        found.fields.add(textFromBytes(fieldText(node)));
        break;
      case 'transformer':
        for (const operand of node.operands) visit(operand);
        break;
      case 'transformer-list':
        for (const item of node.items) visit(item);
        break;
      case 'exists':
        visit(node.left);
        found.operators.add('exists');
        break;
      case 'comparison': {
        visit(node.left);
        const { operator, quantifier, right } = node;
        found.operators.add(quantifier === undefined ? operator : `${operator} ${quantifier}`);
        const field = lastField(node.left);
        const isEventName = field !== undefined && ['evt.type', 'evt.asynctype'].includes(fieldText(field));
        visitRight(right, isEventName);
        break;
      }
    }
  };
  const visitRight = (right: AnyNode, isEventName: boolean): void => {
    if (right.kind === 'value') {
      if (isEventName) found.eventNames.add(textFromBytes(right.value));
    } else if (right.kind === 'list') {
      for (const { value } of right.items) {
        const item = textFromBytes(value);
        if (known.lists.has(item)) found.lists.add(item);
        else if (isEventName) found.eventNames.add(item);
      }
    } else visit(right);
  };
  visit(condition);
  return found;
}
