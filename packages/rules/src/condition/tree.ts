/**
 * The syntax tree of a condition. It says what was written and where, nothing of what it means: names of fields,
 * macros and lists are unresolved, constants are untyped. Every string that stands for data (constants, arguments
 * in brackets) is a byte string: UTF-8 of what was written, escapes applied, one char (0-255) a byte.
 */
export type Condition = AndNode | OrNode | NotNode | ReferenceNode | ExistsNode | ComparisonNode;

/** What stands on the left of an operator, or on its right to be compared with. */
export type Operand = FieldNode | TransformerNode;

export type RightHandSide = ValueNode | ListNode | Operand;

export type TransformerArgument = ValueNode | Operand | TransformerListNode;

export type AnyNode = Condition | RightHandSide | TransformerListNode;

/** A place in the text as written. */
export interface Position {
  /** Offset in UTF-16 units, from 0. */
  readonly index: number;
  /** From 1. Each line feed and each carriage return ends a line. */
  readonly line: number;
  /** In UTF-16 units, from 1. */
  readonly column: number;
}

interface Placed {
  /** Where the node begins; for `and` and `or` this may be a blank in front of the first word. */
  readonly position: Position;
  /** Offset in UTF-16 units just after the node's last character. */
  readonly end: number;
}

/** Two or more children, as written: an `and` directly inside an `and` stays a child of its own. */
export interface AndNode extends Placed {
  readonly kind: 'and';
  readonly children: readonly Condition[];
}

/** Two or more children, as written. */
export interface OrNode extends Placed {
  readonly kind: 'or';
  readonly children: readonly Condition[];
}

export interface NotNode extends Placed {
  readonly kind: 'not';
  readonly child: Condition;
}

/** The bare name of a macro. */
export interface ReferenceNode extends Placed {
  readonly kind: 'reference';
  readonly name: string;
}

export interface ExistsNode extends Placed {
  readonly kind: 'exists';
  readonly left: Operand;
}

export interface ComparisonNode extends Placed {
  readonly kind: 'comparison';
  readonly left: Operand;
  readonly operator: ComparisonOperator;
  /** `oneof`, `anyof` or `allof` after the operator: then `right` is a list or the name of one. */
  readonly quantifier: Quantifier | undefined;
  readonly right: RightHandSide;
}

export interface FieldNode extends Placed {
  readonly kind: 'field';
  readonly name: string;
  /** The text in brackets, undefined without brackets. */
  readonly argument: string | undefined;
}

export interface TransformerNode extends Placed {
  readonly kind: 'transformer';
  readonly name: TransformerName;
  readonly operands: readonly TransformerArgument[];
  /** The text in brackets behind the closing parenthesis (`getopt(...)[x]`). */
  readonly argument: string | undefined;
}

/** A list in parentheses among a transformer's arguments: `join(",", (proc.name, proc.pid))`. */
export interface TransformerListNode extends Placed {
  readonly kind: 'transformer-list';
  readonly items: readonly (ValueNode | Operand)[];
}

export interface ValueNode extends Placed {
  readonly kind: 'value';
  readonly value: string;
  /** `name`: a word where a list in parentheses could stand, such as the name of a list. */
  readonly form: 'quoted' | 'bare' | 'number' | 'name';
}

export interface ListNode extends Placed {
  readonly kind: 'list';
  readonly items: readonly ValueNode[];
  /**
   * Falco takes a list whose only item is a string with a bad escape for an empty list. So do we (the file must
   * mean the same), but keep what was written, for a warning.
   */
  readonly unreadable: { readonly position: Position; readonly text: string } | undefined;
}

export const quantifiers = ['oneof', 'anyof', 'allof'] as const;
export type Quantifier = (typeof quantifiers)[number];

export const numberOperators = ['<=', '<', '>=', '>'] as const;
export const textOperators = [
  '==',
  '=',
  '!=',
  'glob',
  'iglob',
  'contains',
  'icontains',
  'bcontains',
  'startswith',
  'bstartswith',
  'endswith',
  'regex',
] as const;
export const listOperators = ['intersects', 'in', 'pmatch'] as const;
export type ComparisonOperator =
  | (typeof numberOperators)[number]
  | (typeof textOperators)[number]
  | (typeof listOperators)[number];

/** Every operator, in the order in which messages name them. */
export const allOperators: readonly string[] = [
  'exists',
  ...numberOperators,
  ...textOperators,
  ...listOperators,
];

/** `val` is allowed on the right of an operator only; the others anywhere. */
export const transformerNames = [
  'val',
  'tolower',
  'toupper',
  'b64',
  'basename',
  'len',
  'join',
  'concat',
  'getopt',
] as const;
export type TransformerName = (typeof transformerNames)[number];
