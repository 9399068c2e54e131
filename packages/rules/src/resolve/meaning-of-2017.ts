import type { AnyNode, ComparisonNode, Condition, ExistsNode, Operand, Position } from '../condition/tree.ts';
import type { MacroOrigins } from './macros.ts';

/** Names of the events that open a file, all of which have its path as an argument called `name`. */
export const openingEvents = ['open', 'openat', 'openat2', 'creat'];

/**
 * In 2017 rule files took argument 1 of an event that opens a file for its path. Today that is true of `open`
 * alone: of `openat` and `openat2` it is the directory's descriptor. So `evt.arg[1]` becomes `evt.arg.name`, which
 * is the path of each of them.
 * @param opensOnly whether the condition can match events that open files only; else the check is split by event
 * type, since other events keep their argument 1.
 * @param origins is told the macro of each node that takes another's place.
 * @param isOld whether what was written in this macro is of 2017; undefined stands for the rule's own text.
 * @param within the macro that the condition is part of.
 */
export function meanAsIn2017(
  condition: Condition,
  opensOnly: boolean,
  origins: MacroOrigins,
  isOld: (macro: string | undefined) => boolean,
  within?: string,
): Condition {
  const origin = origins.get(condition);
  const macro = origin ?? within;
  const rewritten = rewriteCondition(
    condition,
    opensOnly,
    (child) => meanAsIn2017(child, opensOnly, origins, isOld, macro),
    isOld(macro),
  );
  if (rewritten !== condition && origin !== undefined) origins.set(rewritten, origin);
  return rewritten;
}

/** The same for an output format. */
export function printAsIn2017(format: string): string {
  return format.replace(/(%[0-9]*evt\.arg)\[1\]/g, '$1.name');
}

function rewriteCondition(
  condition: Condition,
  opensOnly: boolean,
  rewriteChild: (child: Condition) => Condition,
  isOld: boolean,
): Condition {
  switch (condition.kind) {
    case 'and':
    case 'or': {
      const children = condition.children.map(rewriteChild);
      const isSame = children.every((child, index) => child === condition.children[index]);
      return isSame ? condition : { ...condition, children };
    }
    case 'not': {
      const child = rewriteChild(condition.child);
      return child === condition.child ? condition : { ...condition, child };
    }
    case 'exists':
    case 'comparison': {
      if (!isOld) return condition;
      const named = nameArgument(condition) as ComparisonNode | ExistsNode;
      if (named === condition || opensOnly) return named;
      return splitByEventType(condition, named);
    }
    default:
      return condition;
  }
}

/** `(opens a file and NAMED) or (does not and ORIGINAL)` */
function splitByEventType(original: Condition, named: Condition): Condition {
  const { position, end } = original;
  const opens = isOpening(position, end);
  const otherwise: Condition = { kind: 'not', child: opens, position, end };
  const branches: Condition[] = [
    { kind: 'and', children: [opens, named], position, end },
    { kind: 'and', children: [otherwise, original], position, end },
  ];
  return { kind: 'or', children: branches, position, end };
}

function isOpening(position: Position, end: number): ComparisonNode {
  return {
    kind: 'comparison',
    left: { kind: 'field', name: 'evt.type', argument: undefined, position, end },
    operator: 'in',
    quantifier: undefined,
    right: {
      kind: 'list',
      items: openingEvents.map((value) => ({ kind: 'value', value, form: 'bare', position, end })),
      unreadable: undefined,
      position,
      end,
    },
    position,
    end,
  };
}

/** The node with `evt.arg.name` for `evt.arg[1]`; the very node when there is none. */
function nameArgument(node: AnyNode): AnyNode {
  switch (node.kind) {
    case 'field':
      return node.name === 'evt.arg' && node.argument === '1'
        ? { ...node, name: 'evt.arg.name', argument: undefined }
        : node;
    case 'exists': {
      const left = nameArgument(node.left) as Operand;
      return left === node.left ? node : { ...node, left };
    }
    case 'comparison': {
      const left = nameArgument(node.left) as Operand;
      const right = nameArgument(node.right) as ComparisonNode['right'];
      return left === node.left && right === node.right ? node : { ...node, left, right };
    }
    case 'transformer': {
      const operands = node.operands.map((operand) => nameArgument(operand) as typeof operand);
      const isSame = operands.every((operand, index) => operand === node.operands[index]);
      return isSame ? node : { ...node, operands };
    }
    case 'transformer-list': {
      const items = node.items.map((item) => nameArgument(item) as typeof item);
      return items.every((item, index) => item === node.items[index]) ? node : { ...node, items };
    }
    default:
      return node;
  }
}
