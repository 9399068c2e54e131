import type { FieldCatalogue } from '../catalogue/catalogue.ts';
import { isInNetwork, parseIpv4, parseIpv6 } from '../value/addresses.ts';
import { parseConstant } from '../value/constants.ts';
import { constantsOf, type Literal } from './literal.ts';

/** Whether two checks can be proved never to hold for the same event. */
export function excludeEachOther(left: Literal, right: Literal, catalogue: FieldCatalogue): boolean {
  if (addressesExclude(left, right) || addressesExclude(right, left)) return true;
  if (left.subject !== right.subject) return false;
  if (areOpposite(left, right)) return true;
  if (!hasOneValue(left, catalogue)) return false;
  return (
    valuesExclude(left, right) ||
    valuesExclude(right, left) ||
    prefixesExclude(left, right) ||
    rangesExclude(left, right)
  );
}

/** The same check, once as it is and once negated. */
function areOpposite(left: Literal, right: Literal): boolean {
  if (left.isNegated === right.isNegated || left.node.kind !== right.node.kind) return false;
  if (left.node.kind === 'exists' || right.node.kind === 'exists') return true;
  const [one, other] = [left.node, right.node];
  if (one.operator !== other.operator || one.quantifier !== other.quantifier) return false;
  const [constants, others] = [constantsOf(one), constantsOf(other)];
  if (constants === undefined || others === undefined || constants.length !== others.length) return false;
  return constants.every((constant, index) => constant === others[index]);
}

/** Whether the subject has one value at a time, so that it can't be equal to two things. */
function hasOneValue({ node }: Literal, catalogue: FieldCatalogue): boolean {
  const { left } = node;
  if (left.kind !== 'field') return false;
  const definition = catalogue.fields.get(left.name);
  if (definition === undefined) return false;
  // evt.type can have two names: that of the event and that of the call.
  if (left.name === 'evt.type' || left.name === 'syscall.type') return false;
  const bound = definition.bind(left.argument);
  return !bound.isList && bound.compare === undefined && bound.compareEach === undefined;
}

/** `wanted` asks for one of some values, and `other` holds for none of them. */
function valuesExclude(wanted: Literal, other: Literal): boolean {
  if (wanted.values === undefined || !wanted.isPositive) return false;
  return wanted.values.every((value) => isRuledOut(value, other));
}

function isRuledOut(value: string, other: Literal): boolean {
  const { node, isNegated } = other;
  if (node.kind === 'exists') return isNegated;
  if (other.values !== undefined) {
    const isMember = other.values.some((constant) => isSameConstant(constant, value));
    // Constants that look different may still be the same number.
    const mayBeSame = other.values.some((constant) => isNumber(constant) !== isNumber(value));
    return other.isPositive ? !isMember && !mayBeSame : isMember;
  }
  const test = textTests[node.operator];
  const constants = constantsOf(node);
  if (test === undefined || constants === undefined || node.quantifier !== undefined) return false;
  return constants.length === 1 && test(value, constants[0]!) === isNegated;
}

function isSameConstant(left: string, right: string): boolean {
  return left === right || (isNumber(left) && isNumber(right) && Number(left) === Number(right));
}

function isNumber(text: string): boolean {
  return /^[+-]?\d+$/.test(text);
}

const textTests: Readonly<Record<string, (value: string, constant: string) => boolean>> = {
  startswith: (value, constant) => value.startsWith(constant),
  endswith: (value, constant) => value.endsWith(constant),
  contains: (value, constant) => value.includes(constant),
};

/** Two beginnings of which neither begins with the other; or one that must not be and begins the one that must. */
function prefixesExclude(left: Literal, right: Literal): boolean {
  const [one, other] = [prefixOf(left), prefixOf(right)];
  if (one === undefined || other === undefined) return false;
  if (!left.isNegated && !right.isNegated) return !one.startsWith(other) && !other.startsWith(one);
  if (!left.isNegated && right.isNegated) return one.startsWith(other);
  if (left.isNegated && !right.isNegated) return other.startsWith(one);
  return false;
}

function prefixOf({ node }: Literal): string | undefined {
  if (node.kind !== 'comparison' || node.operator !== 'startswith' || node.quantifier !== undefined)
    return undefined;
  const constants = constantsOf(node);
  return constants?.length === 1 ? constants[0] : undefined;
}

interface Range {
  readonly lowest: bigint | undefined;
  readonly highest: bigint | undefined;
}

function rangesExclude(left: Literal, right: Literal): boolean {
  const [one, other] = [rangeOf(left), rangeOf(right)];
  if (one === undefined || other === undefined) return false;
  return isBelow(one, other) || isBelow(other, one);
}

function isBelow(lower: Range, upper: Range): boolean {
  return lower.highest !== undefined && upper.lowest !== undefined && lower.highest < upper.lowest;
}

/** The whole numbers for which a check holds, when they are a range. */
function rangeOf({ node, isNegated, isPositive, values }: Literal): Range | undefined {
  if (node.kind !== 'comparison' || node.quantifier !== undefined) return undefined;
  const numbers = constantsOf(node)?.filter(isNumber).map(BigInt) ?? [];
  if (numbers.length === 0 || numbers.length !== constantsOf(node)!.length) return undefined;
  if (values !== undefined) {
    if (!isPositive) return undefined;
    const sorted = numbers.sort((a, b) => (a < b ? -1 : 1));
    return { lowest: sorted[0], highest: sorted.at(-1) };
  }
  const number = numbers[0]!;
  switch (node.operator) {
    case '<':
      return isNegated ? { lowest: number, highest: undefined } : { lowest: undefined, highest: number - 1n };
    case '<=':
      return isNegated ? { lowest: number + 1n, highest: undefined } : { lowest: undefined, highest: number };
    case '>':
      return isNegated ? { lowest: undefined, highest: number } : { lowest: number + 1n, highest: undefined };
    case '>=':
      return isNegated ? { lowest: undefined, highest: number - 1n } : { lowest: number, highest: undefined };
    default:
      return undefined;
  }
}

/** Fields that tell one end's address, and those whose tests that end decides. */
const networksOfEnd: Readonly<Record<string, readonly string[]>> = {
  'fd.sip': ['fd.snet', 'fd.net', 'fd.ip'],
  'fd.cip': ['fd.cnet', 'fd.net', 'fd.ip'],
  'fd.lip': ['fd.lnet', 'fd.net', 'fd.ip'],
  'fd.rip': ['fd.rnet', 'fd.net', 'fd.ip'],
};

/** `address` says that an end is one of some addresses, and `network` that this end is in none of some networks. */
function addressesExclude(address: Literal, network: Literal): boolean {
  const fields = networksOfEnd[address.subject];
  if (!fields?.includes(network.subject) || !address.isPositive || network.isPositive) return false;
  if (address.values === undefined || network.values === undefined || address.values.length === 0)
    return false;
  return address.values.every((text) => {
    const bytes = text.includes('.') ? parseIpv4(text) : parseIpv6(text);
    return bytes !== undefined && network.values!.some((excluded) => isWithin(bytes, text, excluded));
  });
}

function isWithin(address: Uint8Array, text: string, excluded: string): boolean {
  if (!excluded.includes('/')) return excluded === text;
  const read = parseConstant('ipnet', excluded);
  return 'value' in read && isInNetwork(address, read.value as Uint8Array);
}
