import type { FieldType, Value } from '../catalogue/catalogue.ts';
import type { ComparisonOperator, Quantifier } from '../condition/tree.ts';
import { createRegex } from '../regex.ts';
import { areSameBytes, isInNetwork } from './addresses.ts';
import { bytesFromArray } from './bytes.ts';
import { createGlob } from './glob.ts';
import { createPathPrefixTest } from './path-prefix.ts';

/** Whether one value stands in the relation that was made ready. */
export type Test = (value: Value) => boolean;

/** The relation between two values, both known only when an event comes. */
export type Relation = (left: Value, right: Value) => boolean;

/**
 * Makes the comparison of a value of `type` with constants of that type (libs, filter_compare.cpp and
 * sinsp_filtercheck.cpp). The operator must be one of `operatorsOf(type, false)`.
 * @param constants one for operators that take one; any number for `in`, `intersects`, `pmatch` and under a
 *   quantifier, where none at all never holds.
 * @returns the test, or what is wrong with a constant that is a regular expression.
 */
export function createTest(
  type: FieldType,
  operator: ComparisonOperator,
  quantifier: Quantifier | undefined,
  constants: readonly Value[],
): Test | { readonly problem: string; readonly constant: Value } {
  if (quantifier === undefined) {
    if (operator === 'in' || operator === 'intersects') return createMembership(type, constants);
    if (operator === 'pmatch') return createPathPrefixTest(constants as readonly string[]) as Test;
    return createSingleTest(type, operator, constants[0]!);
  }
  if (constants.length === 0) return () => false;
  if (quantifier === 'anyof' && isEquality(operator)) return createMembership(type, constants);
  const tests: Test[] = [];
  for (const constant of constants) {
    const test = createSingleTest(type, operator, constant);
    if (typeof test !== 'function') return test;
    tests.push(test);
  }
  return combine(quantifier, tests);
}

/** Combines tests of one value: exactly one, at least one, or every one must hold. */
export function combine(quantifier: Quantifier, tests: readonly Test[]): Test {
  if (quantifier === 'anyof') return (value) => tests.some((test) => test(value));
  if (quantifier === 'allof') return (value) => tests.every((test) => test(value));
  return (value) => {
    let held = 0;
    for (const test of tests) if (test(value) && ++held > 1) return false;
    return held === 1;
  };
}

/**
 * Makes the test whether a value is one of `constants`; for networks, whether an address lies in one of them.
 * Takes the same time however many constants there are, networks aside.
 */
function createMembership(type: FieldType, constants: readonly Value[]): Test {
  if (isNetwork(type)) {
    const networks = constants as readonly Uint8Array[];
    return (value) => networks.some((network) => isInNetwork(value as Uint8Array, network));
  }
  const members = new Set(constants.map(memberKey));
  return (value) => members.has(memberKey(value));
}

/** What stands for a value in a set: addresses by their bytes, everything else by itself. */
export function memberKey(value: Value): Value {
  return value instanceof Uint8Array ? bytesFromArray(value) : value;
}

function createSingleTest(
  type: FieldType,
  operator: ComparisonOperator,
  constant: Value,
): Test | { readonly problem: string; readonly constant: Value } {
  if (operator === 'regex') {
    const regex = createRegex(constant as string);
    return typeof regex === 'function' ? (regex as Test) : { ...regex, constant };
  }
  if (operator === 'glob' || operator === 'iglob') {
    return createGlob(constant as string, operator === 'iglob') as Test;
  }
  if (operator === 'icontains') {
    const sought = lowerAscii(constant as string);
    return (value) => lowerAscii(value as string).includes(sought);
  }
  const relation = relationOf(type, operator);
  return (value) => relation(value, constant);
}

/**
 * The relation behind an operator that compares one value with one other; `in` and `intersects` count as equality,
 * as they do where the other value comes from a field.
 */
export function relationOf(type: FieldType, operator: ComparisonOperator): Relation {
  if (isEquality(operator) || operator === 'in' || operator === 'intersects') return equalityOf(type);
  if (operator === '!=') {
    const equal = equalityOf(type);
    return (left, right) => !equal(left, right);
  }
  const relation = relations[operator];
  if (relation === undefined) throw new TypeError(`operator ${operator} is no relation of two values`);
  return relation;
}

/** Of byte strings and numbers alike: the order of JS strings of bytes is the order of the bytes. */
const relations: Partial<Record<ComparisonOperator, Relation>> = {
  '<': (left, right) => left < right,
  '<=': (left, right) => left <= right,
  '>': (left, right) => left > right,
  '>=': (left, right) => left >= right,
  contains: (left, right) => (left as string).includes(right as string),
  bcontains: (left, right) => (left as string).includes(right as string),
  icontains: (left, right) => lowerAscii(left as string).includes(lowerAscii(right as string)),
  startswith: (left, right) => (left as string).startsWith(right as string),
  bstartswith: (left, right) => (left as string).startsWith(right as string),
  endswith: (left, right) => (left as string).endsWith(right as string),
  glob: (left, right) => createGlob(right as string, false)(left as string),
  iglob: (left, right) => createGlob(right as string, true)(left as string),
};

function equalityOf(type: FieldType): Relation {
  if (isNetwork(type)) return (left, right) => isInNetwork(left as Uint8Array, right as Uint8Array);
  if (type === 'ipaddr' || type === 'ipv4addr' || type === 'ipv6addr') {
    return (left, right) => areSameBytes(left as Uint8Array, right as Uint8Array);
  }
  return (left, right) => left === right;
}

function isEquality(operator: ComparisonOperator): boolean {
  return operator === '=' || operator === '==';
}

function isNetwork(type: FieldType): boolean {
  return type === 'ipnet' || type === 'ipv4net' || type === 'ipv6net';
}

/** Lower case of the letters A to Z alone: other bytes may be parts of longer characters. */
export function lowerAscii(bytes: string): string {
  return /[A-Z]/.test(bytes) ? bytes.replace(/[A-Z]+/g, (letters) => letters.toLowerCase()) : bytes;
}

export function upperAscii(bytes: string): string {
  return /[a-z]/.test(bytes) ? bytes.replace(/[a-z]+/g, (letters) => letters.toUpperCase()) : bytes;
}
