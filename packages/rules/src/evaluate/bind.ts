import type { FieldCatalogue } from '../catalogue/catalogue.ts';
import type { AndNode, ComparisonNode, Condition, ExistsNode, NotNode, OrNode } from '../condition/tree.ts';
import { createBinder, createCheckBinder } from './binder.ts';
import type { BoundOperand } from './bound-operand.ts';
import type { BoundConstants } from './constants.ts';

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
  readonly node: Check;
  /** Tied once for all checks of the same words: its own node may be another one's. */
  readonly left: BoundOperand<Context>;
  /** What the left side is compared with; undefined for `exists`. */
  readonly right: BoundConstants | BoundOperand<Context> | undefined;
  /** Whether the check holds for what the context shows. Allocates nothing beyond the values it reads. */
  readonly holds: (context: Context) => boolean;
}

/** A part of a condition that is tied as a whole. */
export type Check = ExistsNode | ComparisonNode;

/**
 * Ties a condition, its macros already resolved, to a catalogue and checks it as Falco does (libs, filter.cpp,
 * sinsp_filtercheck.cpp): fields and arguments, operators by type, constants by type, comparisons between fields.
 * @throws the first of bindErrors, in the order of the text.
 */
export function bindCondition<Context>(
  condition: Condition,
  catalogue: FieldCatalogue<Context>,
): BoundCondition<Context> {
  return createBinder(createCheckBinder(catalogue)).bind(condition);
}
