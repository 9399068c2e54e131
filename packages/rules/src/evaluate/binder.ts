import type { FieldCatalogue } from '../catalogue/catalogue.ts';
import { canonicalText } from '../condition/text.ts';
import type { Condition, Operand, RightHandSide, TransformerArgument } from '../condition/tree.ts';
import type { BoundCheck, BoundCondition, Check } from './bind.ts';
import type { BoundOperand } from './bound-operand.ts';
import { bindComparison, bindExists } from './check.ts';
import { bindError } from './errors.ts';
import { bindOperand } from './operand.ts';
import { createCheckMap } from './same-words.ts';

/**
 * Ties the checks of conditions to a catalogue; what is written in the same words, in whichever rule, is made ready once:
 * thousands of rules have few kinds of checks.
 */
export interface CheckBinder<Context> {
  /** @throws one of bindErrors */
  bind(check: Check): SharedCheck<Context>;
}

/** A check that stands for all of the same words. */
interface SharedCheck<Context> {
  readonly check: BoundCheck<Context>;
  readonly isRemarkable: boolean;
  /** It reads a field whose readings count: then each place where it is written has one of its own. */
  readonly isStateful: boolean;
}

/** @param isRemarkable asked once for checks of the same words; none is unless given. */
export function createCheckBinder<Context>(
  catalogue: FieldCatalogue<Context>,
  isRemarkable: (check: Check) => boolean = () => false,
): CheckBinder<Context> {
  const operands = new Map<string, BoundOperand<Context>>();
  const checks = createCheckMap<SharedCheck<Context>>();

  function bindSharedOperand(node: Operand): BoundOperand<Context> {
    if (node.kind !== 'field' || isStatefulOperand(node, catalogue)) return bindOperand(node, catalogue);
    const key = canonicalText(node);
    let operand = operands.get(key);
    if (operand === undefined) {
      operand = bindOperand(node, catalogue);
      operands.set(key, operand);
    }
    return operand;
  }

  return {
    bind(node) {
      const known = checks.get(node);
      if (known !== undefined) return known;
      const check =
        node.kind === 'exists'
          ? bindExists(node, bindSharedOperand)
          : bindComparison(node, bindSharedOperand);
      const isStateful = isStatefulCheck(node, catalogue);
      const shared = { check, isRemarkable: isRemarkable(node), isStateful };
      if (!isStateful) checks.set(node, shared);
      return shared;
    },
  };
}

/** Ties conditions that share parts, as rules do the parts of macros: each part is tied once. */
export interface Binder<Context> {
  /** @throws the first of bindErrors, in the order of the text. */
  bind(condition: Condition): BoundCondition<Context>;
  /** How many remarkable checks were met so far, each use of them counted. */
  remarkableCount(): number;
}

export function createBinder<Context>(checks: CheckBinder<Context>): Binder<Context> {
  /** By the written ones: each use of a macro is a node of its own with the same children. */
  const known = new Map<readonly Condition[], readonly BoundCondition<Context>[]>();
  let remarkable = 0;
  let stateful = 0;

  function bindCheck(node: Check): BoundCheck<Context> {
    const { check, isRemarkable, isStateful } = checks.bind(node);
    if (isRemarkable) remarkable += 1;
    if (isStateful) stateful += 1;
    const { left, right, holds } = check;
    return check.node === node ? check : { kind: 'check', node, left, right, holds };
  }

  /** Remembered where nothing in them has to be told or made for each place of its own. */
  function bindChildren(children: readonly Condition[]): readonly BoundCondition<Context>[] {
    let bound = known.get(children);
    if (bound === undefined) {
      const before = remarkable + stateful;
      bound = children.map(bind);
      if (remarkable + stateful === before) known.set(children, bound);
    }
    return bound;
  }

  function bind(condition: Condition): BoundCondition<Context> {
    switch (condition.kind) {
      case 'and':
      case 'or':
        return { kind: condition.kind, node: condition, children: bindChildren(condition.children) };
      case 'not':
        return { kind: 'not', node: condition, child: bind(condition.child) };
      case 'reference': {
        const { name, position } = condition;
        throw bindError('MACRO_UNRESOLVED', position, { name, text: name });
      }
      default:
        return bindCheck(condition);
    }
  }

  return { bind, remarkableCount: () => remarkable };
}

/** Whether it reads a field whose readings change what it says next. */
export function isStatefulCheck<Context>(check: Check, catalogue: FieldCatalogue<Context>): boolean {
  return (
    isStatefulOperand(check.left, catalogue) ||
    (check.kind === 'comparison' && isStatefulOperand(check.right, catalogue))
  );
}

function isStatefulOperand<Context>(
  operand: RightHandSide | TransformerArgument,
  catalogue: FieldCatalogue<Context>,
): boolean {
  switch (operand.kind) {
    case 'field':
      return catalogue.fields.get(operand.name)?.isStateful === true;
    case 'transformer':
      return operand.operands.some((item) => isStatefulOperand(item, catalogue));
    case 'transformer-list':
      return operand.items.some((item) => isStatefulOperand(item, catalogue));
    default:
      return false;
  }
}
