import type { FieldType } from '../catalogue/catalogue.ts';
import type { ComparisonOperator } from '../condition/tree.ts';

/** What a type's values are to comparisons: it decides which operators there are and what they mean. */
export type Kind = 'number' | 'truth' | 'address' | 'text' | 'bytes';

const kinds: Partial<Record<FieldType, Kind>> = {
  int8: 'number',
  int16: 'number',
  int32: 'number',
  int64: 'number',
  uint8: 'number',
  uint16: 'number',
  uint32: 'number',
  uint64: 'number',
  errno: 'number',
  fd: 'number',
  pid: 'number',
  syscallid: 'number',
  sigtype: 'number',
  reltime: 'number',
  abstime: 'number',
  port: 'number',
  flags8: 'number',
  flags16: 'number',
  flags32: 'number',
  double: 'number',
  mode: 'number',
  enumflags8: 'number',
  enumflags16: 'number',
  enumflags32: 'number',
  bool: 'truth',
  ipv4addr: 'address',
  ipv4net: 'address',
  ipv6addr: 'address',
  ipv6net: 'address',
  ipaddr: 'address',
  ipnet: 'address',
  charbuf: 'text',
  fspath: 'text',
  fsrelpath: 'text',
  bytebuf: 'bytes',
};

const equality: readonly ComparisonOperator[] = ['=', '==', '!=', 'in', 'intersects'];
const order: readonly ComparisonOperator[] = ['<', '<=', '>', '>='];

const operatorsByKind: Readonly<Record<Kind, readonly ComparisonOperator[]>> = {
  number: [...equality, ...order],
  truth: equality,
  address: equality,
  text: [
    ...equality,
    ...order,
    'contains',
    'icontains',
    'startswith',
    'endswith',
    'glob',
    'iglob',
    'pmatch',
    'regex',
  ],
  bytes: [...equality, 'contains', 'startswith', 'endswith', 'bcontains', 'bstartswith'],
};

const listTypes: readonly FieldType[] = [
  'charbuf',
  'uint64',
  'reltime',
  'abstime',
  'bool',
  'ipaddr',
  'ipnet',
];

/** The kind of a type; undefined for types that can't be compared at all. */
export function kindOf(type: FieldType): Kind | undefined {
  return kinds[type];
}

/** The operators besides `exists` that values of that type can be compared with, none for types that can't. */
export function operatorsOf(type: FieldType, isList: boolean): readonly ComparisonOperator[] {
  if (isList) return listTypes.includes(type) ? ['in', 'intersects'] : [];
  const kind = kinds[type];
  return kind === undefined ? [] : operatorsByKind[kind];
}
