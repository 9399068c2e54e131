import type { AnyNode } from '../condition/tree.ts';
import type { Check } from './bind.ts';

/** Finds what is kept for a check by what the check says, whatever quotes and blanks it was written with. */
export interface CheckMap<Kept> {
  get(check: Check): Kept | undefined;
  set(check: Check, kept: Kept): void;
}

/**
 * Compares checks part by part, those with the same hash: neither writes their words out nor keeps them. The canonical text
 * would not do, as it leaves out quotes that matter.
 */
export function createCheckMap<Kept>(): CheckMap<Kept> {
  const byHash = new Map<number, { readonly check: Check; readonly kept: Kept }[]>();
  return {
    get(check) {
      return byHash.get(hashOf(check))?.find((entry) => sayTheSame(entry.check, check))?.kept;
    },
    set(check, kept) {
      const hash = hashOf(check);
      const alike = byHash.get(hash);
      if (alike === undefined) byHash.set(hash, [{ check, kept }]);
      else alike.push({ check, kept });
    },
  };
}

/** Equal for nodes that say the same. */
function hashOf(node: AnyNode): number {
  switch (node.kind) {
    case 'exists':
      return mix(1, hashOf(node.left));
    case 'comparison':
      return mix(mix(hashOf(node.left), hashOfText(node.operator)), hashOf(node.right));
    case 'field':
      return mix(hashOfText(node.name), node.argument === undefined ? 2 : hashOfText(node.argument));
    case 'value':
      return hashOfText(node.value);
    case 'list': {
      let hash = 3;
      for (const { value } of node.items) hash = mix(hash, hashOfText(value));
      return hash;
    }
    case 'transformer':
      return node.operands.reduce((hash, operand) => mix(hash, hashOf(operand)), hashOfText(node.name));
    case 'transformer-list':
      return node.items.reduce((hash, item) => mix(hash, hashOf(item)), 4);
    default:
      return 5;
  }
}

function mix(left: number, right: number): number {
  return Math.imul(left ^ right, 0x0100_0193) ^ (left >>> 15);
}

/** Of long texts every second, third ... character: what is as long as that differs in many. */
function hashOfText(text: string): number {
  const { length } = text;
  const step = (length >> 6) + 1;
  let hash = length;
  for (let at = length - 1; at >= 0; at -= step) hash = Math.imul(hash, 31) + text.charCodeAt(at);
  return hash;
}

/** Whether two checks, or parts of checks, say the same. */
export function sayTheSame(left: AnyNode, right: AnyNode): boolean {
  switch (left.kind) {
    case 'exists':
      return right.kind === 'exists' && sayTheSame(left.left, right.left);
    case 'comparison':
      return (
        right.kind === 'comparison' &&
        left.operator === right.operator &&
        left.quantifier === right.quantifier &&
        sayTheSame(left.left, right.left) &&
        sayTheSame(left.right, right.right)
      );
    case 'field':
      return right.kind === 'field' && left.name === right.name && left.argument === right.argument;
    case 'value':
      return right.kind === 'value' && left.value === right.value;
    case 'list':
      return right.kind === 'list' && allSayTheSame(left.items, right.items);
    case 'transformer':
      return (
        right.kind === 'transformer' &&
        left.name === right.name &&
        left.argument === right.argument &&
        allSayTheSame(left.operands, right.operands)
      );
    case 'transformer-list':
      return right.kind === 'transformer-list' && allSayTheSame(left.items, right.items);
    default:
      return false;
  }
}

function allSayTheSame(left: readonly AnyNode[], right: readonly AnyNode[]): boolean {
  return left.length === right.length && left.every((node, index) => sayTheSame(node, right[index]!));
}
