import type {
  BoundField,
  Dependency,
  Extractor,
  FieldType,
  PrintFormat,
  Value,
} from '../catalogue/catalogue.ts';
import type { Operand, TransformerArgument } from '../condition/tree.ts';
import { cutAtNul } from '../value/transform.ts';

/** What stands on a side of a comparison or in an output, tied to its fields: type known, value readable. */
export interface BoundOperand<Context> {
  readonly node: Operand | TransformerArgument;
  /** Canonical text: equal texts over one catalogue read equal values. */
  readonly text: string;
  readonly type: FieldType;
  readonly format: PrintFormat;
  readonly isList: boolean;
  /** Everything its value can change with, once each. */
  readonly dependsOn: readonly Dependency[];
  /** Undefined where there is no value: then no comparison holds, not even `!=`. */
  readonly extract: Extractor<Context>;
  /** The field itself where the operand is a field alone (in `val( )` or not); undefined for anything made of it. */
  readonly field: BoundField<Context> | undefined;
  /** False for fields that can't be compared with others; what is made of several is comparable. */
  readonly acceptsFieldComparison: boolean;
}

/** What something made of all these can change with. */
export function mergeDependencies(
  operands: readonly { readonly dependsOn: readonly Dependency[] }[],
): readonly Dependency[] {
  const all = new Set(operands.flatMap((operand) => operand.dependsOn));
  if (all.size > 1) all.delete('constant');
  return all.size === 0 ? ['constant'] : [...all];
}

/** The value as text, the way transformers that join texts see it: numbers and truths as they print. */
export function textOf(value: Value): string {
  return typeof value === 'string' ? cutAtNul(value) : String(value);
}

/** A type as messages name it. */
export function typeName(operand: { readonly type: FieldType; readonly isList: boolean }): string {
  return operand.isList ? `list of ${operand.type}` : operand.type;
}
