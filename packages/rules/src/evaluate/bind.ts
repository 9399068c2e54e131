import type { FieldCatalogue } from '../catalogue/catalogue.ts';
import type { AndNode, ComparisonNode, Condition, ExistsNode, NotNode, OrNode } from '../condition/tree.ts';
import type { BoundOperand } from './bound-operand.ts';
import { bindComparison, bindExists } from './check.ts';
import type { BoundConstants } from './constants.ts';
import { bindError } from './errors.ts';

/**
 * A condition tied to a catalogue of fields: the syntax tree's shape, with every check typed, its constants read
 * and its test made ready. The interpreter runs it, `explain` walks it, a compiler can rewrite it.
 */
export type BoundCondition<Context> = BoundJunction<Context> | BoundNot<Context> | BoundCheck<Context>;

export interface BoundJunction<Context> {
  readonly kind: 'and' | 'or';
  readonly node: AndNode | OrNode;
  readonly children: readonly BoundCondition<Context>[];
}

export interface BoundNot<Context> {
  readonly kind: 'not';
  readonly node: NotNode;
  readonly child: BoundCondition<Context>;
}

export interface BoundCheck<Context> {
  readonly kind: 'check';
  readonly node: ExistsNode | ComparisonNode;
  readonly left: BoundOperand<Context>;
  /** What the left side is compared with; undefined for `exists`. */
  readonly right: BoundConstants | BoundOperand<Context> | undefined;
  /** Whether the check holds for what the context shows. Allocates nothing beyond the values it reads. */
  readonly holds: (context: Context) => boolean;
}

/**
 * Ties a condition, its macros already resolved, to a catalogue and checks it as Falco does (libs, filter.cpp,
 * sinsp_filtercheck.cpp): fields and arguments, operators by type, constants by type, comparisons between fields.
 * @throws the first of bindErrors, in the order of the text.
 */
export function bindCondition<Context>(
  condition: Condition,
  catalogue: FieldCatalogue<Context>,
): BoundCondition<Context> {
  switch (condition.kind) {
    case 'and':
    case 'or': {
      const children = condition.children.map((child) => bindCondition(child, catalogue));
      return { kind: condition.kind, node: condition, children };
    }
    case 'not':
      return { kind: 'not', node: condition, child: bindCondition(condition.child, catalogue) };
    case 'reference':
      throw bindError('MACRO_UNRESOLVED', condition.position, { name: condition.name, text: condition.name });
    case 'exists':
      return bindExists(condition, catalogue);
    case 'comparison':
      return bindComparison(condition, catalogue);
  }
}
